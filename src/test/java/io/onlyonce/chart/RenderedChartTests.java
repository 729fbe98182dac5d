package io.onlyonce.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.MAP;

import com.jayway.jsonpath.JsonPath;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the objects say. */
class RenderedChartTests {

    private static final Map<String, Object> RESTRICTED_POD =
            Map.of("runAsNonRoot", true, "seccompProfile", Map.of("type", "RuntimeDefault"));
    private static final String CONTAINER = "$.spec.template.spec.containers[0]";

    private final List<Manifest> minimal = HelmChart.render("minimal", HelmChart.LATEST);
    private final List<Manifest> polling = HelmChart.render("polling", HelmChart.LATEST);

    @Test
    void pollingRunsAnActiveAndAStandbyAndReplacesOneAtATime() {
        var deployment = Manifest.only(minimal, "Deployment");
        assertThat(deployment.<Integer>read("$.spec.replicas")).isEqualTo(2);
        assertThat(deployment.<Map<String, Object>>read("$.spec.strategy.rollingUpdate"))
                .isEqualTo(Map.of("maxSurge", 0, "maxUnavailable", 1));
    }

    @Test
    void autoscalerDecidesTheReplicas() {
        var kcl = HelmChart.render("kcl", HelmChart.LATEST);
        assertThat(Manifest.only(kcl, "Deployment").<Map<String, Object>>read("$.spec"))
                .doesNotContainKey("replicas");
        var scaled = Manifest.only(kcl, "ScaledObject");
        assertThat(scaled.<Map<String, Object>>read("$.spec"))
                .containsOnlyKeys(
                        "scaleTargetRef",
                        "minReplicaCount",
                        "maxReplicaCount",
                        "pollingInterval",
                        "cooldownPeriod",
                        "advanced",
                        "triggers");
        assertThat(scaled.<String>read("$.spec.scaleTargetRef.name")).isEqualTo("test-onlyonce");
        assertThat(scaled.<Map<String, Object>>read("$.spec.triggers[0]"))
                .containsEntry("type", "prometheus")
                .containsEntry("metricType", "Value")
                .containsEntry(
                        "metadata",
                        Map.of(
                                "serverAddress",
                                "http://prometheus-operated.monitoring.svc:9090",
                                "query",
                                "max(onlyonce_iterator_lag_seconds{namespace=\"apps\",job=\"test-onlyonce\"})",
                                "threshold",
                                "45",
                                "ignoreNullValues",
                                "false",
                                "authModes",
                                "bearer,tls"))
                .containsEntry("authenticationRef", Map.of("name", "prometheus"));
        var open = HelmChart.renderWith(
                "{config: {onlyonce: {engine: kcl}}, keda: {enabled: true, serverAddress: http://prometheus}}");
        assertThat(Manifest.only(open, "ScaledObject").<Map<String, Object>>read("$.spec.triggers[0].metadata"))
                .doesNotContainKey("authModes");
        var hpa = HelmChart.render("kcl-hpa", HelmChart.LATEST);
        assertThat(Manifest.only(hpa, "Deployment").<Map<String, Object>>read("$.spec"))
                .doesNotContainKey("replicas");
        assertThat(Manifest.only(hpa, "HorizontalPodAutoscaler").<List<Object>>read("$.spec.metrics"))
                .hasSize(2);
    }

    @Test
    void probesAskTheHealthGroups() {
        var deployment = Manifest.only(minimal, "Deployment");
        assertThat(deployment.<String>read(CONTAINER + ".startupProbe.httpGet.path"))
                .isEqualTo("/actuator/health/liveness");
        assertThat(deployment.<String>read(CONTAINER + ".livenessProbe.httpGet.path"))
                .isEqualTo("/actuator/health/liveness");
        assertThat(deployment.<String>read(CONTAINER + ".readinessProbe.httpGet.path"))
                .isEqualTo("/actuator/health/readiness");
    }

    @Test
    void portAndPathsFollowTheConfiguration() {
        assertThat(Manifest.only(minimal, "Deployment").<Integer>read(CONTAINER + ".ports[0].containerPort"))
                .isEqualTo(8080);
        assertThat(Manifest.only(polling, "Deployment").<Integer>read(CONTAINER + ".ports[0].containerPort"))
                .isEqualTo(8081);
        var moved = Manifest.only(HelmChart.render("kcl-hpa", HelmChart.LATEST), "Deployment");
        assertThat(moved.<String>read(CONTAINER + ".readinessProbe.httpGet.path"))
                .isEqualTo("/onlyonce/manage/health/readiness");
        assertThat(moved.<String>read(CONTAINER + ".readinessProbe.httpGet.scheme"))
                .isEqualTo("HTTPS");
        var apart = HelmChart.renderWith(
                """
                serviceMonitor: {enabled: true}
                config:
                  server: {servlet: {context-path: /app}}
                  management:
                    server: {port: 9000, base-path: /ops}
                """);
        assertThat(Manifest.only(apart, "ServiceMonitor").<String>read("$.spec.endpoints[0].path"))
                .isEqualTo("/ops/actuator/prometheus");
    }

    @Test
    void prometheusScrapesAsTheServiceIsConfigured() {
        var plain = Manifest.only(polling, "ServiceMonitor");
        assertThat(plain.<Map<String, Object>>read("$.spec.endpoints[0]"))
                .containsEntry("scheme", "http")
                .doesNotContainKey("tlsConfig");
        var tls = Manifest.only(HelmChart.render("kcl-hpa", HelmChart.LATEST), "ServiceMonitor");
        assertThat(tls.<Map<String, Object>>read("$.spec.endpoints[0]"))
                .containsEntry("scheme", "https")
                .containsEntry(
                        "tlsConfig",
                        Map.of(
                                "serverName",
                                "consumer.example.com",
                                "ca",
                                Map.of("secret", Map.of("name", "keystore", "key", "ca.crt"))));
        var mesh = HelmChart.renderWith(
                "serviceMonitor: {enabled: true, scheme: https, tlsConfig: {insecureSkipVerify: true}}");
        assertThat(Manifest.only(mesh, "ServiceMonitor").<Map<String, Object>>read("$.spec.endpoints[0]"))
                .containsEntry("scheme", "https")
                .containsEntry("tlsConfig", Map.of("insecureSkipVerify", true));
        assertThat(Manifest.only(mesh, "Deployment").<String>read(CONTAINER + ".livenessProbe.httpGet.scheme"))
                .isEqualTo("HTTP");
    }

    @Test
    void podMeetsTheRestrictedStandard() {
        for (String pod : List.of("Deployment", "Pod")) {
            var manifest = Manifest.only(minimal, pod);
            String spec = pod.equals("Pod") ? "$.spec" : "$.spec.template.spec";
            assertThat(manifest.<Boolean>read(spec + ".securityContext.runAsNonRoot"))
                    .isTrue();
            assertThat(manifest.<String>read(spec + ".securityContext.seccompProfile.type"))
                    .isEqualTo("RuntimeDefault");
            assertThat(manifest.<Map<String, Object>>read(spec + ".containers[0].securityContext"))
                    .containsEntry("allowPrivilegeEscalation", false)
                    .containsEntry("readOnlyRootFilesystem", true)
                    .containsEntry("capabilities", Map.of("drop", List.of("ALL")));
            assertThat(manifest.<Boolean>read(spec + ".automountServiceAccountToken"))
                    .isFalse();
        }
    }

    /** Also what a value set brings along itself: one container that may more keeps the pod out of such a namespace. */
    @ParameterizedTest
    @ValueSource(strings = {"minimal", "polling", "kcl", "kcl-hpa"})
    void everyContainerMeetsTheRestrictedStandard(String valueSet) {
        var pod = Manifest.only(HelmChart.render(valueSet, HelmChart.LATEST), "Deployment")
                .<Map<String, Object>>read("$.spec.template.spec");
        assertThat(pod.get("securityContext")).isEqualTo(RESTRICTED_POD);
        assertThat(containers(pod)).isNotEmpty().allSatisfy(container -> {
            assertThat(container.get("securityContext"))
                    .as("security context of %s", container.get("name"))
                    .asInstanceOf(MAP)
                    .containsEntry("allowPrivilegeEscalation", false)
                    .containsEntry("capabilities", Map.of("drop", List.of("ALL")))
                    .doesNotContainEntry("privileged", true)
                    .doesNotContainEntry("runAsUser", 0)
                    .doesNotContainEntry("runAsNonRoot", false)
                    .doesNotContainKey("seccompProfile");
        });
    }

    @Test
    void initContainersRunBeforeTheServiceWithTheListenersVolume() {
        var pod = Manifest.only(polling, "Deployment").<Map<String, Object>>read("$.spec.template.spec");
        assertThat(containers(pod))
                .extracting(container -> container.get("name"))
                .containsExactly("fetch-listeners", "onlyonce");
        assertThat(containers(pod).get(0).get("volumeMounts"))
                .isEqualTo(List.of(Map.of("name", "listeners", "mountPath", "/listeners")));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> containers(Map<String, Object> pod) {
        return Stream.of("initContainers", "containers")
                .flatMap(kind -> ((List<Map<String, Object>>) pod.getOrDefault(kind, List.of())).stream())
                .toList();
    }

    @Test
    void changeOfTheConfigurationReplacesThePods() {
        String before = checksum(HelmChart.renderWith("config: {onlyonce: {delivery: {concurrency: 2}}}"));
        String after = checksum(HelmChart.renderWith("config: {onlyonce: {delivery: {concurrency: 3}}}"));
        String other = checksum(HelmChart.renderWith(
                "{config: {onlyonce: {delivery: {concurrency: 3}}}, commonLabels: {some: label}}"));
        assertThat(before).isNotEqualTo(after);
        assertThat(after).isEqualTo(other);
    }

    @Test
    void listenersComeFromAVolumeThatTheLoaderKnows() {
        var deployment = Manifest.only(polling, "Deployment");
        assertThat(deployment.<List<Map<String, Object>>>read(CONTAINER + ".env"))
                .contains(Map.of("name", "LOADER_PATH", "value", "/listeners"));
        assertThat(deployment.<List<Map<String, Object>>>read(CONTAINER + ".volumeMounts"))
                .contains(Map.of("name", "listeners", "mountPath", "/listeners", "readOnly", true));
        assertThat(deployment.<List<Map<String, Object>>>read("$.spec.template.spec.volumes"))
                .contains(Map.of("name", "listeners", "emptyDir", Map.of()));
    }

    @Test
    void networkPolicyLetsInThoseNamedAndTheTest() {
        var policy = Manifest.only(polling, "NetworkPolicy");
        assertThat(policy.<List<Object>>read("$.spec.ingress[0].from"))
                .hasSize(2)
                .contains(Map.of(
                        "podSelector",
                        Map.of(
                                "matchLabels",
                                Manifest.only(polling, "Pod")
                                        .<Map<String, String>>read("$.metadata.labels")
                                        .entrySet()
                                        .stream()
                                        .filter(label -> !label.getKey().endsWith("managed-by"))
                                        .collect(java.util.stream.Collectors.toMap(
                                                Map.Entry::getKey, Map.Entry::getValue)))));
        assertThat(Manifest.only(HelmChart.renderWith("networkPolicy: {enabled: true}"), "NetworkPolicy")
                        .<Map<String, Object>>read("$.spec.ingress[0]"))
                .containsOnlyKeys("ports");
    }

    @Test
    void testPodAsksTheServiceAndIsNoPartOfIt() {
        var pod = Manifest.only(minimal, "Pod");
        assertThat(pod.<String>read("$.metadata.annotations.hook")).isEqualTo("test");
        assertThat(pod.<String>read("$.spec.containers[0].env[0].value"))
                .isEqualTo("http://test-onlyonce.apps.svc:8080/actuator");
        var selector = Manifest.only(minimal, "Service").<Map<String, String>>read("$.spec.selector");
        assertThat(pod.<Map<String, String>>read("$.metadata.labels").entrySet())
                .doesNotContainAnyElementsOf(selector.entrySet().stream()
                        .filter(label -> label.getKey().endsWith("/name"))
                        .toList());
        assertThat(Manifest.only(minimal, "Deployment").<Map<String, String>>read("$.spec.template.metadata.labels"))
                .containsAllEntriesOf(selector);
    }

    private static String checksum(List<Manifest> manifests) {
        return Manifest.only(manifests, "Deployment").read("$.spec.template.metadata.annotations['checksum/config']");
    }

    @Test
    void whatIsSecretInAForwardIsAVariableFromASecret() {
        var forward = HelmChart.render("forward", HelmChart.LATEST);
        Map<String, Object> config =
                HelmChart.yaml().load(Manifest.only(forward, "ConfigMap").<String>read("$.data['application.yaml']"));
        Map<String, Object> http = JsonPath.read(config, "$.onlyonce.forward.receipts.http");
        assertThat(http)
                .containsEntry("secret", "${FORWARD_SECRET__RECEIPTS}")
                .containsEntry(
                        "headers",
                        Map.of("X-Team", "logistics", "Authorization", "${FORWARD_HEADER__RECEIPTS__AUTHORIZATION}"));
        assertThat(Manifest.only(forward, "Deployment").<List<Map<String, Object>>>read(CONTAINER + ".env"))
                .contains(
                        Map.of(
                                "name",
                                "FORWARD_SECRET__RECEIPTS",
                                "valueFrom",
                                Map.of("secretKeyRef", Map.of("name", "receipts", "key", "signing"))),
                        Map.of(
                                "name",
                                "FORWARD_HEADER__RECEIPTS__AUTHORIZATION",
                                "valueFrom",
                                Map.of("secretKeyRef", Map.of("name", "receipts", "key", "token"))));
    }

    @Test
    void variablesOfForwardsWithSimilarNamesDoNotMeet() {
        var forwards = HelmChart.renderWith(
                """
                config:
                  onlyonce:
                    streams:
                      orders: {}
                    forward:
                      a:
                        table: orders
                        http:
                          url: {secretKeyRef: {name: s, key: url}}
                          headers:
                            x-secret: {secretKeyRef: {name: s, key: header}}
                      a-header-x:
                        table: orders
                        http:
                          url: https://receipts.example.com
                          secret: {secretKeyRef: {name: s, key: secret}}
                """);
        assertThat(Manifest.only(forwards, "ConfigMap").<String>read("$.data['application.yaml']"))
                .contains("url: ${FORWARD_URL__A}");
        assertThat(Manifest.only(forwards, "Deployment").<List<String>>read(CONTAINER + ".env[*].name"))
                .contains("FORWARD_URL__A", "FORWARD_HEADER__A__X_SECRET", "FORWARD_SECRET__A_HEADER_X")
                .doesNotHaveDuplicates();
    }
}
