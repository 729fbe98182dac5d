{{- define "onlyonce.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "onlyonce.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "onlyonce.selectorLabels" -}}
app.kubernetes.io/name: {{ include "onlyonce.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "onlyonce.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "onlyonce.selectorLabels" . }}
app.kubernetes.io/version: {{ default .Chart.AppVersion .Values.image.tag | trunc 63 | trimSuffix "-" | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "onlyonce.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "onlyonce.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "onlyonce.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest -}}
{{- else -}}
{{- printf "%s:%s" .repository (default $.Chart.AppVersion .tag) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "onlyonce.configMapName" -}}
{{- default (include "onlyonce.fullname" .) .Values.existingConfigMap -}}
{{- end -}}

{{- define "onlyonce.engine" -}}
{{- dig "onlyonce" "engine" "polling" .Values.config | toString | lower -}}
{{- end -}}

{{/* Whether an autoscaler sets the number of replicas: "true" or nothing. */}}
{{- define "onlyonce.autoscaled" -}}
{{- if or .Values.autoscaling.enabled .Values.keda.enabled -}}true{{- end -}}
{{- end -}}

{{/* Port that actuator answers on: its own if it has one, else the server's. */}}
{{- define "onlyonce.actuatorPort" -}}
{{- $server := dig "server" "port" 8080 .Values.config -}}
{{- dig "management" "server" "port" $server .Values.config | int -}}
{{- end -}}

{{/* Path that actuator's endpoints are under, as the configuration moves it. */}}
{{- define "onlyonce.actuatorPath" -}}
{{- $own := dig "management" "server" "port" "" .Values.config -}}
{{- $context := dig "server" "servlet" "context-path" "" .Values.config -}}
{{- if $own -}}
{{- $context = dig "management" "server" "base-path" "" .Values.config -}}
{{- end -}}
{{- $base := dig "management" "endpoints" "web" "base-path" "/actuator" .Values.config -}}
{{- printf "%s%s" (trimSuffix "/" $context) (trimSuffix "/" $base) -}}
{{- end -}}

{{/*
application.yaml. A table without settings is written as an empty text, because Spring drops an empty map; a table's name with capitals, dots or underscores stands in brackets,
because Spring takes a dot for a level. What stands in a Secret is a placeholder, see onlyonce.forwardEnv.
*/}}
{{- define "onlyonce.applicationYaml" -}}
{{- $config := deepCopy .Values.config -}}
{{- $onlyonce := get $config "onlyonce" | default dict -}}
{{- $streams := dict -}}
{{- range $table, $settings := get $onlyonce "streams" -}}
{{- $plain := or (hasPrefix "[" $table) (regexMatch "^[a-z0-9-]+$" $table) -}}
{{- $_ := set $streams (ternary $table (printf "[%s]" $table) $plain) (default "" $settings) -}}
{{- end -}}
{{- if $streams -}}
{{- $_ := set $onlyonce "streams" $streams -}}
{{- else -}}
{{- $_ := unset $onlyonce "streams" -}}
{{- end -}}
{{- if not (get $onlyonce "forward") -}}
{{- $_ := unset $onlyonce "forward" -}}
{{- end -}}
{{- range $name, $forward := get $onlyonce "forward" | default dict -}}
{{- $http := get $forward "http" | default dict -}}
{{- range $part := list "url" "secret" -}}
{{- if kindIs "map" (get $http $part) -}}
{{- $_ := set $http $part (printf "${%s}" (include "onlyonce.forwardVariable" (list $part $name))) -}}
{{- end -}}
{{- end -}}
{{- $headers := get $http "headers" | default dict -}}
{{- range $header, $value := $headers -}}
{{- if kindIs "map" $value -}}
{{- $_ := set $headers $header (printf "${%s}" (include "onlyonce.forwardVariable" (list "header" $name $header))) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{/* Environment variable for a part of a forward that stands in a Secret. It does not begin with ONLYONCE_, or Spring would take it for a property. What it is stands first, and parts are two underscores apart, so that those of several forwards do not meet. */}}
{{- define "onlyonce.forwardVariable" -}}
{{- printf "FORWARD_%s" (join "__" .) | upper | replace "-" "_" -}}
{{- end -}}

{{/* These variables. */}}
{{- define "onlyonce.forwardEnv" -}}
{{- range $name, $forward := dig "onlyonce" "forward" dict .Values.config | default dict -}}
{{- $http := get $forward "http" | default dict -}}
{{- range $part := list "url" "secret" -}}
{{- $value := get $http $part -}}
{{- if kindIs "map" $value }}
- name: {{ include "onlyonce.forwardVariable" (list $part $name) }}
  valueFrom:
    {{- toYaml $value | nindent 4 }}
{{- end }}
{{- end }}
{{- range $header, $value := get $http "headers" | default dict -}}
{{- if kindIs "map" $value }}
- name: {{ include "onlyonce.forwardVariable" (list "header" $name $header) }}
  valueFrom:
    {{- toYaml $value | nindent 4 }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Whole seconds, rounded up, of a duration as Spring writes it (30s, 500ms, 2m, PT1M30S, or a number of milliseconds); -1 if it is none. */}}
{{- define "onlyonce.seconds" -}}
{{- $text := toString . | trim -}}
{{- if regexMatch "^[0-9]+(ms)?$" $text -}}
{{- $text = trimSuffix "ms" $text -}}
{{- div (add (int64 $text) 999) 1000 -}}
{{- else if regexMatch "^[0-9]+s$" $text -}}
{{- trimSuffix "s" $text | int64 -}}
{{- else if regexMatch "^[0-9]+m$" $text -}}
{{- mul (trimSuffix "m" $text | int64) 60 -}}
{{- else if regexMatch "^[0-9]+h$" $text -}}
{{- mul (trimSuffix "h" $text | int64) 3600 -}}
{{- else if regexMatch "^(?i)PT([0-9]+H)?([0-9]+M)?([0-9]+(\\.[0-9]+)?S)?$" $text -}}
{{- $upper := upper $text -}}
{{- $hours := regexFind "[0-9]+H" $upper | trimSuffix "H" | default "0" | int64 -}}
{{- $minutes := regexFind "[0-9]+M" $upper | trimSuffix "M" | default "0" | int64 -}}
{{- $seconds := regexFind "[0-9]+(\\.[0-9]+)?S" $upper | trimSuffix "S" | default "0" | float64 | ceil | int64 -}}
{{- add (mul $hours 3600) (mul $minutes 60) $seconds -}}
{{- else -}}
-1
{{- end -}}
{{- end -}}

{{/* Scheme that Prometheus scrapes with. */}}
{{- define "onlyonce.scrapeScheme" -}}
{{- default (lower .Values.actuatorScheme) .Values.serviceMonitor.scheme -}}
{{- end -}}

{{/* Label matchers that pick this release's series. */}}
{{- define "onlyonce.selector" -}}
{{- if .Values.prometheusRule.selector -}}
{{- .Values.prometheusRule.selector -}}
{{- else -}}
{{- printf "namespace=%q,job=%q" .Release.Namespace (include "onlyonce.fullname" .) -}}
{{- end -}}
{{- end -}}
