package io.onlyonce.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every value set of the chart makes objects that every supported Kubernetes would take. */
class ChartTests {

    private static final List<String> KUBE_VERSIONS =
            List.of("1.30.0", "1.31.0", "1.32.0", "1.33.0", "1.34.0", HelmChart.LATEST);

    private static final Map<String, List<String>> KINDS = Map.of(
            "minimal", List.of("ConfigMap", "Deployment", "Pod", "PodDisruptionBudget", "Service", "ServiceAccount"),
            "forward", List.of("ConfigMap", "Deployment", "Pod", "PodDisruptionBudget", "Service", "ServiceAccount"),
            "polling",
                    List.of(
                            "ConfigMap",
                            "ConfigMap",
                            "Deployment",
                            "NetworkPolicy",
                            "Pod",
                            "PodDisruptionBudget",
                            "PrometheusRule",
                            "Service",
                            "ServiceAccount",
                            "ServiceMonitor"),
            "kcl",
                    List.of(
                            "ConfigMap",
                            "ConfigMap",
                            "Deployment",
                            "ExternalSecret",
                            "Pod",
                            "PodDisruptionBudget",
                            "PrometheusRule",
                            "ScaledObject",
                            "Service",
                            "ServiceAccount",
                            "ServiceMonitor"),
            "kcl-hpa", List.of("Deployment", "HorizontalPodAutoscaler", "Service", "ServiceMonitor"));

    static Stream<Arguments> everyValueSetOnEveryKubernetes() {
        return KINDS.keySet().stream().sorted().flatMap(valueSet -> KUBE_VERSIONS.stream()
                .map(version -> Arguments.of(valueSet, version)));
    }

    @ParameterizedTest
    @MethodSource("everyValueSetOnEveryKubernetes")
    void objectsAreValid(String valueSet, String kubeVersion) {
        var manifests = HelmChart.render(valueSet, kubeVersion);
        assertThat(Manifest.kinds(manifests)).containsExactlyInAnyOrderElementsOf(KINDS.get(valueSet));
        assertThat(manifests).allSatisfy(manifest -> {
            assertThat(manifest.<String>read("$.metadata.name")).matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
            if (StrictModels.knows(manifest)) {
                assertThatCode(() -> StrictModels.check(manifest))
                        .as("%s %s", manifest.kind(), manifest.name())
                        .doesNotThrowAnyException();
            } else {
                assertThat(manifest.kind()).isIn("ScaledObject", "ExternalSecret");
            }
        });
    }

    @Test
    void everyShippedValueSetIsRendered() throws IOException {
        try (var files = Files.list(HelmChart.DIRECTORY.resolve("ci"))) {
            assertThat(files.map(file -> file.getFileName().toString().replace("-values.yaml", "")))
                    .containsExactlyInAnyOrderElementsOf(KINDS.keySet());
        }
    }

    @Test
    void chartLints() {
        var result = new Helm(HelmChart.DIRECTORY).lint().strict().call();
        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.29.9", "1.25.0"})
    void olderKubernetesIsRefused(String version) {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> HelmChart.render("minimal", version))
                .withMessageContaining("requires kubeVersion: >=1.30.0-0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"replicaz: 2", "replicas: '2'"})
    void modelsAreStrict(String field) {
        var manifest = Manifest.only(HelmChart.render("minimal", HelmChart.LATEST), "Deployment");
        manifest.<Map<String, Object>>read("$.spec").putAll(HelmChart.yaml().<Map<String, Object>>load(field));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> StrictModels.check(manifest));
    }

    @Test
    void modelsMissWhatIsRequired() {
        var manifest = Manifest.only(HelmChart.render("minimal", HelmChart.LATEST), "Deployment");
        manifest.<Map<String, Object>>read("$.spec").remove("selector");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> StrictModels.check(manifest))
                .withMessageContaining("selector");
    }
}
