package io.onlyonce.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docker-compose.yml, as far as no Docker engine is needed to tell. */
class ComposeTests {

    private final Map<String, Object> compose = load("docker-compose.yml");

    @TempDir
    private Path directory;

    @Test
    void everyMountedFileExistsAndAlertsAndDashboardAreThoseOfTheChart() {
        List<String> sources = JsonPath.<List<String>>read(compose, "$.services.*.volumes[*]").stream()
                .map(volume -> volume.split(":")[0])
                .toList();
        assertThat(sources)
                .contains("./helm/onlyonce/files/alerts.yaml", "./helm/onlyonce/files/dashboard.json")
                .allSatisfy(source -> assertThat(Path.of(source)).isRegularFile());
    }

    @Test
    void everyImageHasAVersion() {
        assertThat(JsonPath.<List<String>>read(compose, "$.services.*.image"))
                .hasSize(7)
                .allSatisfy(image -> assertThat(image).matches(".+:v?\\d+\\.\\d+.*"));
        assertThat(JsonPath.<String>read(compose, "$.services.onlyonce.image"))
                .isEqualTo("onlyonce:" + HelmChart.readYaml("Chart.yaml").get("appVersion"));
    }

    @Test
    void nothingIsPublishedBeyondThisMachine() {
        assertThat(JsonPath.<List<String>>read(compose, "$.services.*.ports[*]"))
                .isNotEmpty()
                .allSatisfy(port -> assertThat(port).startsWith("127.0.0.1:"));
    }

    @Test
    void serviceForwardsToTheReceiver() {
        URI url = URI.create(
                JsonPath.read(compose, "$.services.onlyonce.environment.ONLYONCE_FORWARD_RECEIPTS_HTTP_URL"));
        assertThat(JsonPath.<Map<String, Object>>read(compose, "$.services")).containsKey(url.getHost());
        assertThat(JsonPath.<Map<String, Object>>read(compose, "$.services.onlyonce.depends_on"))
                .containsKey(url.getHost());
    }

    @Test
    void grafanaLooksWhereTheDashboardIs() {
        var provider = load("compose/grafana/dashboards.yaml");
        String path = JsonPath.read(provider, "$.providers[0].options.path");
        assertThat(JsonPath.<List<String>>read(compose, "$.services.grafana.volumes"))
                .contains("./helm/onlyonce/files/dashboard.json:" + path + "/onlyonce.json:ro");
    }

    @Test
    void prometheusTakesItsConfiguration() throws Exception {
        Files.copy(Path.of("compose", "prometheus.yaml"), directory.resolve("prometheus.yaml"));
        Files.writeString(directory.resolve("alerts.yaml"), HelmChart.read(Alerts.FILE));
        assertThat(Tool.named("promtool")
                        .run(
                                "",
                                "check",
                                "config",
                                directory.resolve("prometheus.yaml").toString()))
                .contains("SUCCESS: 1 rule files found");
    }

    @Test
    void composeTakesTheFile() throws Exception {
        assertThat(Tool.named("docker-compose").run("", "-f", "docker-compose.yml", "config", "-q"))
                .isEmpty();
    }

    private static Map<String, Object> load(String file) {
        try {
            return HelmChart.yaml().load(Files.readString(Path.of(file)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
