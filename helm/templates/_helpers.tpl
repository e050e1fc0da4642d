{{- define "quaymaster.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 48 characters, so that -management and the names of Jobs' pods fit. */}}
{{- define "quaymaster.fullname" -}}
{{- $name := include "quaymaster.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 48 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 48 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 48 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What never changes, so that a selector may use it. Context: a dict of root and component. */}}
{{- define "quaymaster.selectorLabels" -}}
app.kubernetes.io/name: {{ include "quaymaster.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* Of pods: without the chart's version, which alone must not start new ones. Context: a dict of root and component. */}}
{{- define "quaymaster.podLabels" -}}
{{ include "quaymaster.selectorLabels" . }}
app.kubernetes.io/part-of: quaymaster
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
{{- end -}}

{{/* Context: a dict of root and component. */}}
{{- define "quaymaster.labels" -}}
{{ include "quaymaster.podLabels" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Hook Jobs and what they need: there before the release, gone after it, kept where one failed. Context: the weight. */}}
{{- define "quaymaster.hook" -}}
"helm.sh/hook": pre-install,pre-upgrade
"helm.sh/hook-weight": {{ . | quote }}
"helm.sh/hook-delete-policy": before-hook-creation,hook-succeeded
{{- end -}}

{{- define "quaymaster.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{- define "quaymaster.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "quaymaster.fullname" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end -}}
{{- end -}}

{{- define "quaymaster.keysSecret" -}}
{{- if .Values.keys.existingSecret -}}
{{ .Values.keys.existingSecret }}
{{- else -}}
{{ default (printf "%s-keys" (include "quaymaster.fullname" .)) .Values.keys.secretName }}
{{- end -}}
{{- end -}}

{{/* "true" where the disk is made with the pod and is the pod's alone. */}}
{{- define "quaymaster.ownDisk" -}}
{{- if and .Values.storage.local.enabled (not .Values.storage.local.existingClaim) -}}true{{- end -}}
{{- end -}}

{{/* "true" where two pods cannot have the files at the same time. */}}
{{- define "quaymaster.onePod" -}}
{{- if .Values.storage.local.enabled -}}
{{- if or (not .Values.storage.local.existingClaim) (ne .Values.storage.local.accessMode "ReadWriteMany") -}}true{{- end -}}
{{- end -}}
{{- end -}}

{{/* How many pods there are at least. */}}
{{- define "quaymaster.leastReplicas" -}}
{{- if .Values.autoscaling.enabled -}}
{{ int .Values.autoscaling.minReplicas }}
{{- else if kindIs "invalid" .Values.replicas -}}
{{ ternary 1 2 (eq (include "quaymaster.onePod" .) "true") }}
{{- else -}}
{{ int .Values.replicas }}
{{- end -}}
{{- end -}}

{{/* What the drain takes, and 30 seconds for what follows it. */}}
{{- define "quaymaster.leastGrace" -}}
{{ add (int .Values.drain.delaySeconds) (int .Values.drain.timeoutSeconds) 30 }}
{{- end -}}

{{- define "quaymaster.grace" -}}
{{- if kindIs "invalid" .Values.terminationGracePeriodSeconds -}}
{{ include "quaymaster.leastGrace" . }}
{{- else -}}
{{ int .Values.terminationGracePeriodSeconds }}
{{- end -}}
{{- end -}}

{{- define "quaymaster.adminScheme" -}}
{{- if .Values.tls.existingSecret -}}https{{- else -}}http{{- end -}}
{{- end -}}

{{- define "quaymaster.managementScheme" -}}
{{- if or .Values.tls.existingSecret .Values.management.tls.existingSecret -}}https{{- else -}}http{{- end -}}
{{- end -}}

{{/* Nothing for a Service inside the cluster. */}}
{{- define "quaymaster.externalTrafficPolicy" -}}
{{- $service := .Values.ssh.service -}}
{{- if ne $service.type "ClusterIP" -}}
{{ default (ternary "Cluster" "Local" .Values.ssh.proxyProtocol.enabled) $service.externalTrafficPolicy }}
{{- end -}}
{{- end -}}
