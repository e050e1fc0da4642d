{{/* One rule. Context: a dict of to and ports. */}}
{{- define "quaymaster.egress" -}}
- ports:
    {{- range .ports }}
    - port: {{ int . }}
    {{- end }}
  {{- with .to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "quaymaster.egressDns" -}}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
  {{- with .Values.networkPolicy.egress.dns.to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "quaymaster.egressDatabase" -}}
{{- $database := .Values.networkPolicy.egress.database -}}
{{- include "quaymaster.egress" (dict "to" $database.to "ports" (default (list .Values.database.port) $database.ports)) -}}
{{- end -}}

{{/* What a hook Job may do while it runs: nobody connects to it. Context: a dict of root, component, weight and egress. */}}
{{- define "quaymaster.jobNetworkPolicy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "quaymaster.fullname" .root }}-{{ .component }}
  labels:
    {{- include "quaymaster.labels" . | nindent 4 }}
  annotations:
    {{- include "quaymaster.hook" .weight | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "quaymaster.selectorLabels" . | nindent 6 }}
  policyTypes:
    - Ingress
    - Egress
  egress:
    {{- include "quaymaster.egressDns" .root | nindent 4 }}
    {{- .egress | nindent 4 }}
{{- end -}}
