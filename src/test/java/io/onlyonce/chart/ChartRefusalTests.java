package io.onlyonce.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the chart refuses, and the words it does so with. */
class ChartRefusalTests {

    static Stream<Arguments> refusals() {
        return Stream.of(
                refusal("replicaCuont: 1", "replicaCuont"),
                refusal("image: {tagg: x}", "tagg"),
                refusal("config: {onlyonce: {engine: flink}}", "engine", "polling"),
                refusal("config: {onlyonce: {streams: {'a b': {}}}}", "a b"),
                refusal("config: {onlyonce: {streams: {orders: 7}}}", "orders"),
                refusal("replicaCount: two", "replicaCount"),
                refusal("service: {type: ClusterIp}", "type", "ClusterIP"),
                refusal("image: {digest: latest}", "digest"),
                refusal("podLabels: {a: 1}", "podLabels"),
                refusal(
                        "config: {onlyonce.engine: kcl}",
                        "config: write 'onlyonce.engine' as nested keys, one level for each dot"),
                refusal(
                        "config: {onlyonce: {delivery.concurrency: 2}}",
                        "config.onlyonce: write 'delivery.concurrency' as nested keys"),
                refusal(
                        "config: {onlyonce: {forward: {other: {log: info}}}}",
                        "config.onlyonce.forward.other.table is missing"),
                refusal(
                        "config: {onlyonce: {forward: {audit: {table: order}}}}",
                        "config.onlyonce.forward.audit.table is 'order', which config.onlyonce.streams does not name (it"
                                + " names: orders)"),
                refusal(forward("{table: orders}"), "config.onlyonce.forward.receipts has no target"),
                refusal(
                        forward("{table: orders, log: info, sqs: {queue: q}}"),
                        "config.onlyonce.forward.receipts has more than one target: log, sqs"),
                refusal(forward("{table: orders, htpp: {url: 'https://a'}}"), "htpp"),
                refusal(forward("{table: orders, log: loud}"), "log", "debug"),
                refusal(forward("{table: orders, http: {}}"), "url"),
                refusal(forward("{table: orders, http: {url: 'ftp://a'}}"), "url"),
                refusal(forward("{table: orders, http: {url: 'https://a', secret: whsec_hidden}}"), "secret"),
                refusal(
                        forward("{table: orders, http: {url: 'https://a', secret: {secretKeyRef: {name: a}}}}"),
                        "secret"),
                refusal(forward("{table: orders, http: {url: 'https://a', already-processed: 200}}"), "400"),
                refusal(forward("{table: orders, http: {url: 'https://a', headers: {X: {value: a}}}}"), "headers"),
                refusal(
                        forward("{table: orders, http: {url: 'https://a', already-processed: 425}}"),
                        "already-processed"),
                refusal(header("Authorization: Bearer hidden"), "Authorization"),
                refusal(header("proxy-authorization: Basic hidden"), "proxy-authorization"),
                refusal(header("Cookie: hidden"), "Cookie"),
                refusal(header("X-Auth-Token: hidden"), "X-Auth-Token"),
                refusal(header("x-api-key: hidden"), "x-api-key"),
                refusal(forward("{table: orders, http: {url: {secretKeyRef: {name: a}}}}"), "url"),
                refusal(forward("{table: orders, sqs: {}}"), "queue"),
                refusal(forward("{table: orders, sns: {topic: orders}}"), "topic"),
                refusal(forward("{table: orders, event-bridge: {bus: default, type: x}}"), "type"),
                refusal("config: {onlyonce: {forward: {Not_so: {table: orders, log: info}}}}", "Not_so"),
                refusal(
                        "autoscaling: {enabled: true}",
                        "autoscaling.enabled is true, but with config.onlyonce.engine=polling one process reads all shards"),
                refusal(
                        "keda: {enabled: true, serverAddress: http://p}",
                        "keda.enabled is true, but with config.onlyonce.engine=polling"),
                refusal(
                        "replicaCount: 3",
                        "replicaCount is 3, but with config.onlyonce.engine=polling",
                        "Use 2 (active and standby) or 1"),
                refusal(
                        "{config: {onlyonce: {engine: kcl}}, keda: {enabled: true}, autoscaling: {enabled: true}}",
                        "autoscaling.enabled and keda.enabled are both true"),
                refusal("{config: {onlyonce: {engine: kcl}}, keda: {enabled: true}}", "keda.serverAddress is missing"),
                refusal(
                        "{config: {onlyonce: {engine: kcl}}, keda: {enabled: true, serverAddress: http://p, authModes:"
                                + " [basic, tls]}}",
                        "keda.authModes is basic,tls, but keda.authenticationRef.name is missing"),
                refusal("keda: {authModes: [digest]}", "authModes", "bearer"),
                refusal("keda: {authenticationRef: {nam: prometheus}}", "nam"),
                refusal(
                        "{config: {onlyonce: {engine: kcl}}, autoscaling: {enabled: true, minReplicas: 9}}",
                        "autoscaling.minReplicas is 9, above autoscaling.maxReplicas, which is 8"),
                refusal(
                        "{config: {onlyonce: {engine: kcl}}, autoscaling: {enabled: true, targetCPUUtilizationPercentage: 0}}",
                        "autoscaling.enabled is true without a target"),
                refusal(
                        "{config: {onlyonce: {engine: kcl}}, autoscaling: {enabled: true}, resources: {requests: {cpu: null}}}",
                        "is a share of resources.requests.cpu, which is not set"),
                refusal(
                        "serviceMonitor: {enabled: true, tlsConfig: {insecureSkipVerify: true}}",
                        "serviceMonitor.tlsConfig is set, but Prometheus would scrape with http and not use it"),
                refusal("serviceMonitor: {scheme: HTTPS}", "scheme", "https"),
                refusal(
                        "terminationGracePeriodSeconds: 60",
                        "terminationGracePeriodSeconds is 60, not longer than twice"
                                + " config.spring.lifecycle.timeout-per-shutdown-phase, which is 30s",
                        "Use more than 60"),
                refusal(
                        "config: {spring: {lifecycle: {timeout-per-shutdown-phase: PT2M}}}",
                        "terminationGracePeriodSeconds is 75, not longer than",
                        "Use more than 240"),
                refusal(
                        "config: {spring: {lifecycle: {timeout-per-shutdown-phase: soon}}}",
                        "is 'soon', which the chart cannot read as a duration"),
                refusal(
                        "podDisruptionBudget: {minAvailable: 1}",
                        "podDisruptionBudget has both minAvailable and maxUnavailable"),
                refusal(
                        "podDisruptionBudget: {maxUnavailable: ''}",
                        "podDisruptionBudget has neither minAvailable nor maxUnavailable"),
                refusal(
                        "podDisruptionBudget: {minAvailable: 2, maxUnavailable: ''}",
                        "podDisruptionBudget.minAvailable is 2 of 2 replicas, so no node could ever be drained"),
                refusal(
                        "updateStrategy: {rollingUpdate: {maxUnavailable: 0}}",
                        "maxSurge and maxUnavailable both 0, so no pod could ever be replaced"),
                refusal("livenessProbe: {httpGet: {path: /}}", "livenessProbe.httpGet: the chart sets what is asked"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void impossibleValuesAreRefused(String values, String[] words) {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> HelmChart.renderWith(values))
                .satisfies(refusal -> assertThat(refusal.getMessage()).contains(words));
    }

    @Test
    void consumerWithoutTablesIsRefused() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> HelmChart.template(""))
                .withMessageContaining("config.onlyonce.streams names no table, so there is nothing to consume");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "existingConfigMap: own",
                "config: {onlyonce: {enabled: false}}",
                "config: {onlyonce: {streams: {'[my.Table]': {}}}}",
                "config: {onlyonce: {streams: {my.Table: null}, forward: {a: {table: my.Table, log: info}}}}",
                "config: {onlyonce: {streams: {orders: {}}, forward: {a: {table: orders, http: {url: 'http://a', secret: '${A}'}}}}}",
                "config: {onlyonce: {streams: {orders: {}}, forward: {a: {table: orders, sqs: {queue: '${A}'}}}}}",
                "config: {onlyonce: {streams: {orders: {}}, forward: {a: {table: orders, http: {url: {secretKeyRef: {name: a, key: b}}, headers: {Authorization: 'Bearer ${A}', X-Team: a}}}}}}",
                "{global: {a: 1}, enabled: true, existingConfigMap: own}"
            })
    void whatLooksOddButWorksIsNotRefused(String values) {
        assertThatCode(() -> HelmChart.template(values)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"37s", "37000ms", "37000", "PT37S", "PT36.5S", "pt30s"})
    void shutdownTimeoutThatFitsTwiceIntoTheGracePeriodIsTaken(String timeout) {
        String values = "config: {spring: {lifecycle: {timeout-per-shutdown-phase: " + timeout + "}}}";
        assertThatCode(() -> HelmChart.renderWith(values)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"38s", "38000ms", "37001", "1m", "1h", "PT38S", "PT37.5S", "PT1H"})
    void shutdownTimeoutThatDoesNotFitTwiceIntoTheGracePeriodIsRefused(String timeout) {
        String values = "config: {spring: {lifecycle: {timeout-per-shutdown-phase: " + timeout + "}}}";
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> HelmChart.renderWith(values));
    }

    private static String header(String header) {
        return forward("{table: orders, http: {url: 'https://a', headers: {" + header + "}}}");
    }

    private static String forward(String settings) {
        return "config: {onlyonce: {forward: {receipts: " + settings + "}}}";
    }

    private static Arguments refusal(String values, String... words) {
        return Arguments.of(values, words);
    }
}
