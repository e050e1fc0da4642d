{{/* What the gateway's pod and those of the Jobs share. */}}

{{- define "quaymaster.podSecurityContext" -}}
runAsNonRoot: true
{{- with .Values.podSecurity }}
{{- if not (kindIs "invalid" .runAsUser) }}
runAsUser: {{ int64 .runAsUser }}
{{- end }}
{{- if not (kindIs "invalid" .runAsGroup) }}
runAsGroup: {{ int64 .runAsGroup }}
{{- end }}
{{- if not (kindIs "invalid" .fsGroup) }}
fsGroup: {{ int64 .fsGroup }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "quaymaster.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end -}}

{{/* Where to, and as whom. Context: a dict of root, and of secret, urlKey, usernameKey and passwordKey. */}}
{{- define "quaymaster.databaseEnv" -}}
{{- $database := .root.Values.database -}}
- name: SPRING_DATASOURCE_URL
{{- if $database.host }}
  value: {{ printf "jdbc:postgresql://%s:%d/%s%s" (ternary (printf "[%s]" $database.host) $database.host (contains ":" $database.host)) (int $database.port) $database.name (ternary (printf "?%s" $database.parameters) "" (ne $database.parameters "")) | quote }}
{{- else }}
  valueFrom:
    secretKeyRef:
      name: {{ .role.existingSecret }}
      key: {{ .role.urlKey }}
{{- end }}
- name: SPRING_DATASOURCE_USERNAME
  valueFrom:
    secretKeyRef:
      name: {{ .role.existingSecret }}
      key: {{ .role.usernameKey }}
- name: SPRING_DATASOURCE_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .role.existingSecret }}
      key: {{ .role.passwordKey }}
{{- end -}}

{{/* What every process of the image is told. */}}
{{- define "quaymaster.commonEnv" -}}
- name: LOGGING_STRUCTURED_FORMAT_CONSOLE
  value: {{ ternary "" .Values.logging.format (eq .Values.logging.format "text") | quote }}
- name: QUAYMASTER_DATA_DIR
  value: /var/lib/quaymaster/data
{{- end -}}

{{/* Fixed names below quaymaster. are settings of the gateway; application.yaml is their manual. */}}
{{- define "quaymaster.gatewayEnv" -}}
{{ include "quaymaster.commonEnv" . }}
{{- with .Values.jvm.options }}
- name: JAVA_TOOL_OPTIONS
  value: {{ . | quote }}
{{- end }}
- name: SPRING_CONFIG_ADDITIONAL_LOCATION
  value: file:/etc/quaymaster/config/application.yaml
- name: QUAYMASTER_BIND
  value: {{ .Values.bind | quote }}
- name: QUAYMASTER_SSH_PORT
  value: {{ int .Values.ssh.port | quote }}
- name: QUAYMASTER_ADMIN_PORT
  value: {{ int .Values.admin.port | quote }}
- name: QUAYMASTER_MANAGEMENT_PORT
  value: {{ int .Values.management.port | quote }}
{{- range $i, $listener := .Values.ssh.listeners }}
- name: QUAYMASTER_SSH_LISTENERS_{{ $i }}_NAME
  value: {{ $listener.name | quote }}
- name: QUAYMASTER_SSH_LISTENERS_{{ $i }}_PORT
  value: {{ int $listener.port | quote }}
{{- with $listener.algorithms }}
- name: QUAYMASTER_SSH_LISTENERS_{{ $i }}_ALGORITHMS
  value: {{ . | quote }}
{{- end }}
{{- with $listener.sources }}
- name: QUAYMASTER_SSH_LISTENERS_{{ $i }}_SOURCES
  value: {{ join "," . | quote }}
{{- end }}
{{- with $listener.defaultTenant }}
- name: QUAYMASTER_SSH_LISTENERS_{{ $i }}_DEFAULT_TENANT
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- if .Values.ssh.proxyProtocol.enabled }}
- name: QUAYMASTER_ADMISSION_PROXIES
  value: {{ join "," .Values.ssh.proxyProtocol.networks | quote }}
{{- end }}
- name: QUAYMASTER_SSH_HOST_KEY_DIR
  value: /etc/quaymaster/keys
- name: QUAYMASTER_SEAL_KEY_FILE
  value: /etc/quaymaster/keys/seal-key
- name: QUAYMASTER_AUDIT_KEY_FILE
  value: /etc/quaymaster/keys/audit-key
- name: QUAYMASTER_ADMIN_TOKEN_FILE
  value: /etc/quaymaster/keys/admin-token
{{- if .Values.tls.existingSecret }}
- name: QUAYMASTER_TLS_CERTIFICATE
  value: /etc/quaymaster/tls/{{ .Values.tls.certificateKey }}
- name: QUAYMASTER_TLS_PRIVATE_KEY
  value: /etc/quaymaster/tls/{{ .Values.tls.privateKeyKey }}
{{- end }}
{{- if .Values.management.tls.existingSecret }}
- name: QUAYMASTER_MANAGEMENT_TLS_CERTIFICATE
  value: /etc/quaymaster/management-tls/{{ .Values.management.tls.certificateKey }}
- name: QUAYMASTER_MANAGEMENT_TLS_PRIVATE_KEY
  value: /etc/quaymaster/management-tls/{{ .Values.management.tls.privateKeyKey }}
{{- end }}
{{ include "quaymaster.databaseEnv" (dict "root" . "role" .Values.database) }}
- name: QUAYMASTER_DATABASE_MIGRATE
  value: {{ eq .Values.migration.mode "gateway" | quote }}
- name: QUAYMASTER_FILES_LOCAL_ROOTS
  value: /var/lib/quaymaster/stores
- name: QUAYMASTER_DRAIN_DELAY
  value: {{ printf "%ds" (int .Values.drain.delaySeconds) }}
- name: QUAYMASTER_DRAIN_TIMEOUT
  value: {{ printf "%ds" (int .Values.drain.timeoutSeconds) }}
{{- if .Values.s3.existingSecret }}
- name: AWS_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef:
      name: {{ .Values.s3.existingSecret }}
      key: {{ .Values.s3.accessKeyIdKey }}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .Values.s3.existingSecret }}
      key: {{ .Values.s3.secretAccessKeyKey }}
{{- end }}
{{- with .Values.s3.region }}
- name: AWS_REGION
  value: {{ . | quote }}
{{- end }}
{{- with .Values.tracing.endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* Context: a dict of root and probe. */}}
{{- define "quaymaster.probe" -}}
httpGet:
  path: {{ .path }}
  port: management
  scheme: {{ include "quaymaster.managementScheme" .root | upper }}
periodSeconds: {{ int .probe.periodSeconds }}
failureThreshold: {{ int .probe.failureThreshold }}
timeoutSeconds: {{ int .probe.timeoutSeconds }}
{{- end -}}

{{/* The pod template of Deployment and StatefulSet. */}}
{{- define "quaymaster.podTemplate" -}}
{{- $labels := include "quaymaster.selectorLabels" (dict "root" . "component" "gateway") -}}
metadata:
  labels:
    {{- include "quaymaster.podLabels" (dict "root" . "component" "gateway") | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    # A change of the settings starts new pods.
    checksum/config: {{ toYaml .Values.config | sha256sum }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "quaymaster.serviceAccountName" . }}
  automountServiceAccountToken: false
  # Else Kubernetes sets variables named QUAYMASTER_… for the Services.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ include "quaymaster.grace" . }}
  securityContext:
    {{- include "quaymaster.podSecurityContext" . | nindent 4 }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if or .Values.topologySpread.zones .Values.topologySpread.nodes }}
  topologySpreadConstraints:
    {{- range $key, $when := dict "topology.kubernetes.io/zone" .Values.topologySpread.zones "kubernetes.io/hostname" .Values.topologySpread.nodes }}
    {{- if $when }}
    - topologyKey: {{ $key }}
      maxSkew: 1
      whenUnsatisfiable: {{ $when }}
      labelSelector:
        matchLabels:
          {{- $labels | nindent 10 }}
      {{- if ne (include "quaymaster.ownDisk" $) "true" }}
      # Of one version: else the old pods of an upgrade decide where the new ones go.
      matchLabelKeys:
        - pod-template-hash
      {{- end }}
    {{- end }}
    {{- end }}
  {{- end }}
  containers:
    - name: gateway
      image: {{ include "quaymaster.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      securityContext:
        {{- include "quaymaster.containerSecurityContext" . | nindent 8 }}
      env:
        {{- include "quaymaster.gatewayEnv" . | nindent 8 }}
        {{- with .Values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - name: ssh
          containerPort: {{ int .Values.ssh.port }}
        {{- range .Values.ssh.listeners }}
        - containerPort: {{ int .port }}
        {{- end }}
        - name: admin
          containerPort: {{ int .Values.admin.port }}
        - name: management
          containerPort: {{ int .Values.management.port }}
      startupProbe:
        {{- include "quaymaster.probe" (dict "root" . "path" "/actuator/health/liveness" "probe" .Values.probes.startup) | nindent 8 }}
      livenessProbe:
        {{- include "quaymaster.probe" (dict "root" . "path" "/actuator/health/liveness" "probe" .Values.probes.liveness) | nindent 8 }}
      readinessProbe:
        {{- include "quaymaster.probe" (dict "root" . "path" "/actuator/health/readiness" "probe" .Values.probes.readiness) | nindent 8 }}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        - name: config
          mountPath: /etc/quaymaster/config
          readOnly: true
        - name: keys
          mountPath: /etc/quaymaster/keys
          readOnly: true
        {{- if .Values.tls.existingSecret }}
        - name: tls
          mountPath: /etc/quaymaster/tls
          readOnly: true
        {{- end }}
        {{- if .Values.management.tls.existingSecret }}
        - name: management-tls
          mountPath: /etc/quaymaster/management-tls
          readOnly: true
        {{- end }}
        - name: tmp
          mountPath: /tmp
        {{- if include "quaymaster.ownDisk" . }}
        - name: disk
          mountPath: /var/lib/quaymaster/data
          subPath: data
        - name: disk
          mountPath: /var/lib/quaymaster/stores
          subPath: stores
        {{- else }}
        - name: data
          mountPath: /var/lib/quaymaster/data
        {{- if .Values.storage.local.enabled }}
        - name: disk
          mountPath: /var/lib/quaymaster/stores
        {{- else }}
        # A store on disk would go with the pod: what cannot be written cannot become one.
        - name: no-stores
          mountPath: /var/lib/quaymaster/stores
          readOnly: true
        {{- end }}
        {{- end }}
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ include "quaymaster.fullname" . }}-config
    - name: keys
      secret:
        secretName: {{ include "quaymaster.keysSecret" . }}
        # 0440: the gateway refuses keys that others may read.
        defaultMode: 288
    {{- with .Values.tls.existingSecret }}
    - name: tls
      secret:
        secretName: {{ . }}
        defaultMode: 288
    {{- end }}
    {{- with .Values.management.tls.existingSecret }}
    - name: management-tls
      secret:
        secretName: {{ . }}
        defaultMode: 288
    {{- end }}
    - name: tmp
      emptyDir:
        sizeLimit: {{ .Values.tmp.sizeLimit }}
    {{- if not (include "quaymaster.ownDisk" .) }}
    - name: data
      emptyDir:
        sizeLimit: {{ .Values.dataDir.sizeLimit }}
    {{- if .Values.storage.local.enabled }}
    - name: disk
      persistentVolumeClaim:
        claimName: {{ .Values.storage.local.existingClaim }}
    {{- else }}
    - name: no-stores
      emptyDir:
        sizeLimit: 1Mi
    {{- end }}
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{/*
A hook Job that runs one command of the image. Context: a dict of root, component, weight, args, env, serviceAccountName,
token ("true" mounts the ServiceAccount's), backoffLimit, activeDeadlineSeconds, and extras ("true" adds the extra volumes).
*/}}
{{- define "quaymaster.job" -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "quaymaster.fullname" .root }}-{{ .component }}
  labels:
    {{- include "quaymaster.labels" . | nindent 4 }}
  annotations:
    {{- include "quaymaster.hook" .weight | nindent 4 }}
spec:
  backoffLimit: {{ int .backoffLimit }}
  activeDeadlineSeconds: {{ int .activeDeadlineSeconds }}
  template:
    metadata:
      labels:
        {{- include "quaymaster.podLabels" . | nindent 8 }}
    spec:
      restartPolicy: Never
      serviceAccountName: {{ .serviceAccountName }}
      automountServiceAccountToken: {{ .token }}
      enableServiceLinks: false
      securityContext:
        {{- include "quaymaster.podSecurityContext" .root | nindent 8 }}
      {{- with .root.Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .root.Values.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      {{- with .root.Values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .root.Values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "quaymaster.image" .root | quote }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args:
            {{- toYaml .args | nindent 12 }}
          securityContext:
            {{- include "quaymaster.containerSecurityContext" .root | nindent 12 }}
          env:
            {{- include "quaymaster.commonEnv" .root | nindent 12 }}
            {{- with .env }}
            {{- . | nindent 12 }}
            {{- end }}
            {{- with .root.Values.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          resources:
            {{- toYaml .root.Values.jobResources | nindent 12 }}
          volumeMounts:
            - name: tmp
              mountPath: /tmp
            - name: data
              mountPath: /var/lib/quaymaster/data
            {{- if .extras }}
            {{- with .root.Values.extraVolumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
            {{- end }}
      volumes:
        - name: tmp
          emptyDir:
            sizeLimit: {{ .root.Values.tmp.sizeLimit }}
        - name: data
          emptyDir:
            sizeLimit: {{ .root.Values.dataDir.sizeLimit }}
        {{- if .extras }}
        {{- with .root.Values.extraVolumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- end }}
{{- end -}}
