{{/*
Combinations that cannot work, each with a sentence that says why and what to do. All that apply are told at once. What one value
alone can get wrong is the schema's (values.schema.json).
*/}}
{{- define "quaymaster.refuse" -}}
{{- $refusals := list -}}
{{- range list "replicas" "ssh" "keys" "database" "credentials" "storage" "metrics" "pods" "config" -}}
{{- $refusals = append $refusals (include (printf "quaymaster.refuse.%s" .) $ | trim) -}}
{{- end -}}
{{- with compact $refusals -}}
{{- fail (printf "these values cannot work:\n%s" (join "\n" .)) -}}
{{- end -}}
{{- end -}}

{{- define "quaymaster.refuse.replicas" -}}
{{- $least := int (include "quaymaster.leastReplicas" .) -}}
{{- $fixed := not (kindIs "invalid" .Values.replicas) -}}
{{- with .Values.autoscaling }}
{{- if .enabled }}
{{- if $fixed }}
- replicas is {{ int $.Values.replicas }} and autoscaling.enabled is true: two would decide how many pods there are. Leave replicas empty.
{{- end }}
{{- if gt (int .minReplicas) (int .maxReplicas) }}
- autoscaling.minReplicas is {{ int .minReplicas }} and more than autoscaling.maxReplicas, {{ int .maxReplicas }}.
{{- end }}
{{- if and (eq .metric "sessions") (not .sessions.metricName) }}
- autoscaling.metric is sessions and autoscaling.sessions.metricName is empty: the autoscaler must know what the metric is called.
{{- end }}
{{- if and (eq .metric "cpu") (not (dig "requests" "cpu" "" $.Values.resources)) }}
- autoscaling.metric is cpu and resources.requests.cpu is empty: the autoscaler counts in percent of it.
{{- end }}
{{- end }}
{{- end }}
{{- $grace := int (include "quaymaster.grace" .) }}
{{- $leastGrace := int (include "quaymaster.leastGrace" .) }}
{{- if lt $grace $leastGrace }}
- terminationGracePeriodSeconds is {{ $grace }} and must be at least {{ $leastGrace }}: drain.delaySeconds ({{ int .Values.drain.delaySeconds }}), drain.timeoutSeconds ({{ int .Values.drain.timeoutSeconds }}) and 30 for what follows. Kubernetes would kill transfers that the gateway still waits for.
{{- end }}
{{- if and (has (toString .Values.updateStrategy.maxUnavailable) (list "0" "0%")) (has (toString .Values.updateStrategy.maxSurge) (list "0" "0%")) }}
- updateStrategy.maxUnavailable and updateStrategy.maxSurge are both 0: an upgrade could neither stop a pod nor start one.
{{- end }}
{{- with .Values.podDisruptionBudget }}
{{- if .enabled }}
{{- $hasMin := not (kindIs "invalid" .minAvailable) }}
{{- $hasMax := not (kindIs "invalid" .maxUnavailable) }}
{{- if and $hasMin $hasMax }}
- podDisruptionBudget has minAvailable and maxUnavailable: Kubernetes takes one of the two.
{{- end }}
{{- if $hasMin }}
{{- $min := int .minAvailable }}
{{- if hasSuffix "%" (toString .minAvailable) }}
{{- $min = int (ceil (divf (mulf $least (int (trimSuffix "%" (toString .minAvailable)))) 100)) }}
{{- end }}
{{- if ge $min $least }}
- podDisruptionBudget.minAvailable is {{ .minAvailable }} of {{ $least }} replicas: no pod could ever be evicted, and no node drained.
{{- end }}
{{- end }}
{{- if and $hasMax (has (toString .maxUnavailable) (list "0" "0%")) }}
- podDisruptionBudget.maxUnavailable is {{ .maxUnavailable }}: no pod could ever be evicted, and no node drained.
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "quaymaster.refuse.ssh" -}}
{{- $service := .Values.ssh.service -}}
{{- if eq $service.type "ClusterIP" }}
{{- if $service.externalTrafficPolicy }}
- ssh.service.externalTrafficPolicy is {{ $service.externalTrafficPolicy }} and ssh.service.type is ClusterIP: a Service inside the cluster has no external traffic. Leave it empty.
{{- end }}
{{- if $service.nodePort }}
- ssh.service.nodePort is {{ int $service.nodePort }} and ssh.service.type is ClusterIP: only NodePort and LoadBalancer have ports on nodes.
{{- end }}
{{- end }}
{{- if ne $service.type "LoadBalancer" }}
{{- if $service.loadBalancerClass }}
- ssh.service.loadBalancerClass is {{ $service.loadBalancerClass }} and ssh.service.type is {{ $service.type }}: there is no load balancer.
{{- end }}
{{- if $service.loadBalancerSourceRanges }}
- ssh.service.loadBalancerSourceRanges is set and ssh.service.type is {{ $service.type }}: nobody would obey it. Use networkPolicy.ingress.ssh.
{{- end }}
{{- end }}
{{- with .Values.ssh.proxyProtocol }}
{{- if and .enabled (not .networks) }}
- ssh.proxyProtocol.enabled is true and ssh.proxyProtocol.networks is empty: the gateway reads the header of nobody unless it knows whose to believe.
{{- end }}
{{- if and .networks (not .enabled) }}
- ssh.proxyProtocol.networks is set and ssh.proxyProtocol.enabled is false: say true, or take the networks out.
{{- end }}
{{- end }}
{{- $ports := dict (toString (int .Values.ssh.port)) "ssh.port" }}
{{- $names := dict }}
{{- $servicePorts := dict (toString (int $service.port)) "ssh.service.port" }}
{{- $nodePorts := dict }}
{{- with $service.nodePort }}
{{- $_ := set $nodePorts (toString (int .)) "ssh.service.nodePort" }}
{{- end }}
{{- range $value, $number := dict "admin.port" .Values.admin.port "management.port" .Values.management.port }}
{{- $port := toString (int $number) }}
{{- if hasKey $ports $port }}
- {{ $value }} is {{ $port }}, as {{ get $ports $port }} is: each needs a port of its own.
{{- end }}
{{- $_ := set $ports $port $value }}
{{- end }}
{{- range $i, $listener := .Values.ssh.listeners }}
{{- $at := printf "ssh.listeners[%d]" $i }}
{{- $port := toString (int $listener.port) }}
{{- if hasKey $ports $port }}
- {{ $at }}.port is {{ $port }}, as {{ get $ports $port }} is: each needs a port of its own.
{{- end }}
{{- $_ := set $ports $port (printf "%s.port" $at) }}
{{- if or (has $listener.name (list "main" "ssh")) (hasKey $names $listener.name) }}
- {{ $at }}.name is {{ $listener.name }}, which another port is called.
{{- end }}
{{- $_ := set $names $listener.name $at }}
{{- if and (eq (default "" $listener.algorithms) "legacy") (not $listener.sources) }}
- {{ $at }}.algorithms is legacy and {{ $at }}.sources is empty: the gateway takes weak algorithms from networks that are named only.
{{- end }}
{{- with $listener.servicePort }}
{{- $servicePort := toString (int .) }}
{{- if hasKey $servicePorts $servicePort }}
- {{ $at }}.servicePort is {{ $servicePort }}, as {{ get $servicePorts $servicePort }} is: each needs a port of its own.
{{- end }}
{{- $_ := set $servicePorts $servicePort (printf "%s.servicePort" $at) }}
{{- end }}
{{- with $listener.nodePort }}
{{- $nodePort := toString (int .) }}
{{- if not $listener.servicePort }}
- {{ $at }}.nodePort is {{ $nodePort }} and {{ $at }}.servicePort is empty: the Service does not have this port at all.
{{- else if eq $service.type "ClusterIP" }}
- {{ $at }}.nodePort is {{ $nodePort }} and ssh.service.type is ClusterIP: only NodePort and LoadBalancer have ports on nodes.
{{- end }}
{{- if hasKey $nodePorts $nodePort }}
- {{ $at }}.nodePort is {{ $nodePort }}, as {{ get $nodePorts $nodePort }} is: each needs a port of its own.
{{- end }}
{{- $_ := set $nodePorts $nodePort (printf "%s.nodePort" $at) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "quaymaster.refuse.keys" -}}
{{- with .Values.keys }}
{{- if and .existingSecret .make }}
- keys.existingSecret is {{ .existingSecret }} and keys.make is true: either you bring the keys or the Job makes them. Set keys.make to false.
{{- end }}
{{- if not (or .existingSecret .make) }}
- keys.existingSecret is empty and keys.make is false: the gateways would have no keys. Each would make its own, and partners would refuse to connect.
{{- end }}
{{- if and .secretName (not .make) }}
- keys.secretName is {{ .secretName }} and keys.make is false: it is the name of what the Job makes. Use keys.existingSecret.
{{- end }}
{{- end }}
{{- end -}}

{{- define "quaymaster.refuse.database" -}}
{{- $database := .Values.database -}}
{{- $migration := .Values.migration -}}
{{- if not $database.existingSecret }}
- database.existingSecret is empty: the gateways need PostgreSQL. Make a Secret with the entries {{ if not $database.host }}{{ $database.urlKey }}, {{ end }}{{ $database.usernameKey }} and {{ $database.passwordKey }}, and name it here.
{{- end }}
{{- if and $database.host (not $database.name) }}
- database.host is {{ $database.host }} and database.name is empty: the URL needs both.
{{- end }}
{{- if and (not $database.host) (or $database.name $database.parameters) }}
- database.name or database.parameters is set and database.host is empty: the URL is the Secret's entry {{ $database.urlKey }} then, whole.
{{- end }}
{{- if eq $migration.mode "job" }}
{{- if not $migration.existingSecret }}
- migration.mode is job and migration.existingSecret is empty: the Job needs the role that owns the schema. Name a Secret with it, or set migration.mode to gateway or none.
{{- else if and (eq $migration.existingSecret $database.existingSecret) (eq $migration.usernameKey $database.usernameKey) }}
- migration.existingSecret and database.existingSecret name the same role: gateways could change the schema. Give the migration a role of its own, or set migration.mode to gateway.
{{- end }}
{{- else }}
{{- if $migration.existingSecret }}
- migration.existingSecret is {{ $migration.existingSecret }} and migration.mode is {{ $migration.mode }}: only the Job would use it.
{{- end }}
{{- if $migration.runtimeRole }}
- migration.runtimeRole is {{ $migration.runtimeRole }} and migration.mode is {{ $migration.mode }}: only the Job grants it anything.
{{- end }}
{{- end }}
{{- end -}}

{{- define "quaymaster.refuse.credentials" -}}
{{- if and .Values.s3.existingSecret (hasKey .Values.serviceAccount.annotations "eks.amazonaws.com/role-arn") }}
- s3.existingSecret is {{ .Values.s3.existingSecret }} and serviceAccount.annotations has eks.amazonaws.com/role-arn: the access key would be taken, and the role never.
{{- end }}
{{- if and .Values.serviceAccount.annotations (not .Values.serviceAccount.create) }}
- serviceAccount.annotations is set and serviceAccount.create is false: the chart does not change a ServiceAccount that is not its own.
{{- end }}
{{- end -}}

{{- define "quaymaster.refuse.storage" -}}
{{- $local := .Values.storage.local -}}
{{- if and $local.existingClaim (not $local.enabled) }}
- storage.local.existingClaim is {{ $local.existingClaim }} and storage.local.enabled is false: say true, or take the claim out.
{{- end }}
{{- if include "quaymaster.onePod" . }}
{{- $why := printf "storage.local.accessMode is %s: the claim %s can be mounted by one pod only. Use one that several can (ReadWriteMany), or buckets." $local.accessMode $local.existingClaim }}
{{- if include "quaymaster.ownDisk" . }}
{{- $why = "storage.local has no existingClaim: each pod would have a disk of its own, and what one has the others would not find. Name a claim that several can mount (ReadWriteMany), or use buckets." }}
{{- end }}
{{- if .Values.autoscaling.enabled }}
- autoscaling.enabled is true and {{ $why }}
{{- else if gt (int (include "quaymaster.leastReplicas" .)) 1 }}
- replicas is {{ int .Values.replicas }} and {{ $why }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "quaymaster.refuse.metrics" -}}
{{- $monitor := .Values.metrics.serviceMonitor -}}
{{- if $monitor.enabled }}
{{- if and (eq (include "quaymaster.managementScheme" .) "https") (not $monitor.tlsConfig) }}
- metrics.serviceMonitor.enabled is true, the management port speaks TLS, and metrics.serviceMonitor.tlsConfig is empty: Prometheus asks pods by their address, which the certificate does not name. Give ca and serverName.
{{- end }}
{{- if and (eq (include "quaymaster.managementScheme" .) "http") $monitor.tlsConfig }}
- metrics.serviceMonitor.tlsConfig is set and the management port speaks plain HTTP: set tls.existingSecret or management.tls.existingSecret, or take it out.
{{- end }}
{{- if gt (int $monitor.scrapeTimeoutSeconds) (int $monitor.intervalSeconds) }}
- metrics.serviceMonitor.scrapeTimeoutSeconds is {{ int $monitor.scrapeTimeoutSeconds }} and longer than intervalSeconds, {{ int $monitor.intervalSeconds }}: Prometheus refuses that.
{{- end }}
{{- end }}
{{- end -}}

{{- define "quaymaster.refuse.pods" -}}
{{- $ours := list "QUAYMASTER_DATABASE_RUNTIME_ROLE" }}
{{- range include "quaymaster.gatewayEnv" . | fromYamlArray }}
{{- $ours = append $ours .name }}
{{- end }}
{{- $seen := dict }}
{{- range .Values.extraEnv }}
{{- if has .name $ours }}
- extraEnv has {{ .name }}, which the chart sets itself: use its value.
{{- else if hasKey $seen .name }}
- extraEnv has {{ .name }} twice.
{{- end }}
{{- $_ := set $seen .name true }}
{{- end }}
{{- range .Values.extraVolumes }}
{{- if has .name (list "config" "keys" "tls" "management-tls" "tmp" "data" "disk" "no-stores") }}
- extraVolumes has {{ .name }}, which is the name of one of the chart's.
{{- end }}
{{- if hasKey . "hostPath" }}
- extraVolumes has the hostPath volume {{ .name }}: Pod Security "restricted" refuses pods with one.
{{- end }}
{{- end }}
{{- range $label, $_ := .Values.podLabels }}
{{- if or (has $label (list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/part-of" "app.kubernetes.io/version" "app.kubernetes.io/managed-by" "helm.sh/chart")) }}
- podLabels has {{ $label }}, which the chart sets itself.
{{- end }}
{{- end }}
{{- if and (not (contains "-Xmx" .Values.jvm.options)) (not (dig "limits" "memory" "" .Values.resources)) }}
- resources.limits.memory is empty and jvm.options has no -Xmx: the heap would be a part of the node's memory. Set one of the two.
{{- end }}
{{- end -}}

{{/* The names that config sets, one on each line, written small and without dashes, as Spring Boot compares them. */}}
{{- define "quaymaster.settingNames" -}}
{{- $prefix := .prefix -}}
{{- range $key, $value := .map }}
{{- $name := printf "%s%s" $prefix (lower $key | replace "-" "" | replace "_" "") }}
{{- if and (kindIs "map" $value) $value }}
{{ include "quaymaster.settingNames" (dict "prefix" (printf "%s." $name) "map" $value) }}
{{- else }}
{{ $name }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "quaymaster.refuse.config" -}}
{{- $owned := dict
  "quaymaster.data-dir" "dataDir"
  "quaymaster.bind" "bind"
  "quaymaster.ssh.port" "ssh.port"
  "quaymaster.ssh.host-key-dir" "keys"
  "quaymaster.ssh.listeners" "ssh.listeners"
  "quaymaster.admission.proxies" "ssh.proxyProtocol"
  "quaymaster.admin.port" "admin.port"
  "quaymaster.admin.token-file" "keys"
  "quaymaster.management.port" "management.port"
  "quaymaster.management.tls" "management.tls"
  "quaymaster.tls" "tls"
  "quaymaster.database" "migration"
  "quaymaster.files.local-roots" "storage.local"
  "quaymaster.seal.key-file" "keys"
  "quaymaster.audit.key-file" "keys"
  "quaymaster.drain" "drain"
  "spring.datasource.url" "database"
  "spring.datasource.username" "database"
  "server.port" "admin.port"
  "server.address" "bind"
  "management.server" "management"
  "logging.structured.format.console" "logging.format" -}}
{{- $secret := list "quaymaster.admin.token" "quaymaster.seal.key" "quaymaster.seal.next-key" "quaymaster.seal.previous-keys" "quaymaster.audit.key" "spring.datasource.password" -}}
{{- range include "quaymaster.settingNames" (dict "prefix" "" "map" .Values.config) | trim | splitList "\n" | compact }}
{{- $name := . }}
{{- range $setting, $value := $owned }}
{{- $plain := $setting | replace "-" "" }}
{{- if or (eq $name $plain) (hasPrefix (printf "%s." $plain) $name) (hasPrefix (printf "%s[" $plain) $name) }}
- config has {{ $setting }}, which the chart sets itself: use {{ $value }}.
{{- end }}
{{- end }}
{{- range $secret }}
{{- $plain := . | replace "-" "" }}
{{- if or (eq $name $plain) (hasPrefix (printf "%s[" $plain) $name) }}
- config has {{ . }}, and config becomes a ConfigMap, which is no place for a secret.
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
