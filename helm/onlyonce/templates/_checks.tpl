{{/* Combinations that cannot work, refused before anything is installed. What a single value may be is in values.schema.json. */}}
{{- define "onlyonce.checks" -}}
{{- $engine := include "onlyonce.engine" . -}}
{{- $onlyonce := get .Values.config "onlyonce" | default dict -}}
{{- $streams := get $onlyonce "streams" | default dict -}}
{{- $scaled := include "onlyonce.autoscaled" . -}}

{{- range $key, $_ := .Values.config -}}
{{- if contains "." $key -}}
{{- fail (printf "config: write '%s' as nested keys, one level for each dot; the chart does not find it otherwise." $key) -}}
{{- end -}}
{{- end -}}
{{- range $key, $_ := $onlyonce -}}
{{- if contains "." $key -}}
{{- fail (printf "config.onlyonce: write '%s' as nested keys, one level for each dot; the chart does not find it otherwise." $key) -}}
{{- end -}}
{{- end -}}

{{- if not .Values.existingConfigMap -}}
{{- if and (not $streams) (ne (toString (dig "enabled" true $onlyonce)) "false") -}}
{{- fail "config.onlyonce.streams names no table, so there is nothing to consume. Name at least one, for example --set config.onlyonce.streams.orders.key=item-key, or write 'orders: {}' for a table that needs no setting." -}}
{{- end -}}
{{- range $name, $forward := get $onlyonce "forward" -}}
{{- $table := get ($forward | default dict) "table" -}}
{{- if not $table -}}
{{- fail (printf "config.onlyonce.forward.%s.table is missing: name the table whose new items are forwarded." $name) -}}
{{- end -}}
{{- if not (or (hasKey $streams $table) (hasKey $streams (printf "[%s]" $table))) -}}
{{- fail (printf "config.onlyonce.forward.%s.table is '%s', which config.onlyonce.streams does not name (it names: %s)." $name $table (keys $streams | sortAlpha | join ", ")) -}}
{{- end -}}
{{- $targets := list -}}
{{- range $target := list "log" "http" "sqs" "sns" "event-bridge" -}}
{{- if get $forward $target -}}{{- $targets = append $targets $target -}}{{- end -}}
{{- end -}}
{{- if not $targets -}}
{{- fail (printf "config.onlyonce.forward.%s has no target: set one of log, http, sqs, sns and event-bridge." $name) -}}
{{- end -}}
{{- if gt (len $targets) 1 -}}
{{- fail (printf "config.onlyonce.forward.%s has more than one target: %s. Keep one, and make another forward for each of the others." $name (join ", " $targets)) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- if and .Values.autoscaling.enabled .Values.keda.enabled -}}
{{- fail "autoscaling.enabled and keda.enabled are both true, and would fight over the number of replicas. KEDA makes a HorizontalPodAutoscaler of its own: choose one of the two." -}}
{{- end -}}
{{- if ne $engine "kcl" -}}
{{- if $scaled -}}
{{- fail (printf "%s.enabled is true, but with config.onlyonce.engine=%s one process reads all shards and more replicas only stand by. Set config.onlyonce.engine=kcl to share the shards, or switch autoscaling off." (ternary "keda" "autoscaling" .Values.keda.enabled) $engine) -}}
{{- end -}}
{{- if gt (int .Values.replicaCount) 2 -}}
{{- fail (printf "replicaCount is %d, but with config.onlyonce.engine=%s one process reads all shards: a third replica would wait for a second that waits. Use 2 (active and standby) or 1, or set config.onlyonce.engine=kcl." (int .Values.replicaCount) $engine) -}}
{{- end -}}
{{- end -}}
{{- range $name := list "autoscaling" "keda" -}}
{{- $scaler := get $.Values $name -}}
{{- if and $scaler.enabled (gt (int $scaler.minReplicas) (int $scaler.maxReplicas)) -}}
{{- fail (printf "%s.minReplicas is %d, above %s.maxReplicas, which is %d." $name (int $scaler.minReplicas) $name (int $scaler.maxReplicas)) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (not .Values.autoscaling.targetCPUUtilizationPercentage) (not .Values.autoscaling.targetLagSeconds) -}}
{{- fail "autoscaling.enabled is true without a target. Set autoscaling.targetCPUUtilizationPercentage or autoscaling.targetLagSeconds, or both." -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled .Values.autoscaling.targetCPUUtilizationPercentage (not (dig "requests" "cpu" "" .Values.resources)) -}}
{{- fail "autoscaling.targetCPUUtilizationPercentage is a share of resources.requests.cpu, which is not set. Set it, or scale by autoscaling.targetLagSeconds only." -}}
{{- end -}}
{{- if and .Values.keda.enabled (not .Values.keda.serverAddress) -}}
{{- fail "keda.serverAddress is missing. Set it to the Prometheus that knows the lag, for example http://prometheus-operated.monitoring.svc:9090." -}}
{{- end -}}
{{- if and .Values.keda.authModes (not .Values.keda.authenticationRef.name) -}}
{{- fail (printf "keda.authModes is %s, but keda.authenticationRef.name is missing: KEDA reads user, token or certificate from a TriggerAuthentication. Name it, or leave keda.authModes empty for a Prometheus that asks for none." (join "," .Values.keda.authModes)) -}}
{{- end -}}

{{- if and .Values.serviceMonitor.tlsConfig (ne (include "onlyonce.scrapeScheme" .) "https") -}}
{{- fail "serviceMonitor.tlsConfig is set, but Prometheus would scrape with http and not use it. Set actuatorScheme=HTTPS if config.server.ssl is set, or serviceMonitor.scheme=https if something in front of the service does TLS." -}}
{{- end -}}

{{- $timeout := dig "spring" "lifecycle" "timeout-per-shutdown-phase" "30s" .Values.config -}}
{{- $seconds := include "onlyonce.seconds" $timeout | int -}}
{{- if lt $seconds 0 -}}
{{- fail (printf "config.spring.lifecycle.timeout-per-shutdown-phase is '%v', which the chart cannot read as a duration. Write it as 30s or 1m." $timeout) -}}
{{- end -}}
{{- if le (int .Values.terminationGracePeriodSeconds) (mul 2 $seconds | int) -}}
{{- fail (printf "terminationGracePeriodSeconds is %d, not longer than twice config.spring.lifecycle.timeout-per-shutdown-phase, which is %v: the consumer may take that long to finish the records in hand, and then the web server its requests, and a pod that is killed before has its records delivered again. Use more than %d, or a shorter timeout." (int .Values.terminationGracePeriodSeconds) $timeout (mul 2 $seconds | int)) -}}
{{- end -}}

{{- with .Values.podDisruptionBudget -}}
{{- if .enabled -}}
{{- $min := toString .minAvailable -}}
{{- $max := toString .maxUnavailable -}}
{{- if and (ne $min "") (ne $max "") -}}
{{- fail "podDisruptionBudget has both minAvailable and maxUnavailable; Kubernetes takes one of them. Set the other to \"\"." -}}
{{- end -}}
{{- if and (eq $min "") (eq $max "") -}}
{{- fail "podDisruptionBudget has neither minAvailable nor maxUnavailable. Set one, or podDisruptionBudget.enabled=false." -}}
{{- end -}}
{{- $replicas := int $.Values.replicaCount -}}
{{- if $.Values.autoscaling.enabled -}}{{- $replicas = int $.Values.autoscaling.minReplicas -}}{{- end -}}
{{- if $.Values.keda.enabled -}}{{- $replicas = int $.Values.keda.minReplicas -}}{{- end -}}
{{- if and (regexMatch "^[0-9]+$" $min) (ge (int $min) $replicas) -}}
{{- fail (printf "podDisruptionBudget.minAvailable is %s of %d replicas, so no node could ever be drained. Use less, or maxUnavailable." $min $replicas) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- with .Values.updateStrategy -}}
{{- if ne .type "Recreate" -}}
{{- $rolling := .rollingUpdate | default dict -}}
{{- if and (has (toString (get $rolling "maxSurge")) (list "0" "0%")) (has (toString (get $rolling "maxUnavailable")) (list "0" "0%")) -}}
{{- fail "updateStrategy.rollingUpdate has maxSurge and maxUnavailable both 0, so no pod could ever be replaced. Leave maxUnavailable at 1." -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- range $name := list "startupProbe" "livenessProbe" "readinessProbe" -}}
{{- range $action := list "httpGet" "exec" "tcpSocket" "grpc" -}}
{{- if hasKey (get $.Values $name) $action -}}
{{- fail (printf "%s.%s: the chart sets what is asked, from the health groups of the service; only timings can be set." $name $action) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
