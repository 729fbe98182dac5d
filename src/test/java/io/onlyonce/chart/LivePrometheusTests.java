package io.onlyonce.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Prometheus scrapes the running service with the chart's alerts, in which a minute has become a second. */
class LivePrometheusTests {

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir
    private static Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private final ScheduledExecutorService producer = Executors.newSingleThreadScheduledExecutor();
    private LiveService service;
    private Process prometheus;
    private int port;

    @BeforeEach
    void start() throws Exception {
        Tool tool = Tool.named("prometheus");
        service = new LiveService();
        port = freePort();
        Path rules = Files.writeString(directory.resolve("alerts.yaml"), minutesToSeconds(HelmChart.read(Alerts.FILE)));
        Path config = Files.writeString(
                directory.resolve("prometheus.yaml"),
                """
                global:
                  scrape_interval: 1s
                  evaluation_interval: 1s
                rule_files: ['%s']
                scrape_configs:
                  - job_name: live
                    metrics_path: /actuator/prometheus
                    static_configs:
                      - targets: ['localhost:%d']
                        labels:
                          namespace: apps
                """
                        .formatted(rules, service.port()));
        Tool.named("promtool").run("", "check", "config", config.toString());
        prometheus = tool.start(
                directory.resolve("prometheus.log"),
                "--config.file=" + config,
                "--storage.tsdb.path=" + directory.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port);
        await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> get("/-/ready"), answer -> answer.contains("Ready"));
    }

    @AfterEach
    void stop() throws InterruptedException {
        producer.shutdownNow();
        if (prometheus != null) {
            prometheus.destroy();
            assertThat(prometheus.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        if (service != null) {
            service.close();
        }
    }

    @Test
    void lagAndDuplicatesAreQueriedAndAnAlertFiresWhenTheProducerOutrunsTheListener() throws Exception {
        service.put("rewritten", "first");
        service.put("rewritten", "second");
        service.put("rewritten", "third");
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(query("up")).containsExactly(1.0);
            assertThat(query("max by (table) (onlyonce_iterator_lag_seconds{namespace=\"apps\"})"))
                    .singleElement()
                    .satisfies(lag -> assertThat(lag).isBetween(0.0, 30.0));
            assertThat(query("sum(onlyonce_duplicates_total{kind=\"rewrite\"})"))
                    .containsExactly(2.0);
            assertThat(query("sum(onlyonce_records_total{event=\"insert\",outcome=\"processed\"})"))
                    .containsExactly(1.0);
        });

        service.listener().takes(Duration.ofSeconds(1));
        producer.scheduleWithFixedDelay(service::put, 0, 50, TimeUnit.MILLISECONDS);

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(firing()).anySatisfy(alert -> assertThat(alert)
                .containsEntry("alertname", "OnlyonceLagGrowing")
                .containsEntry("job", "live")
                .containsEntry("namespace", "apps")
                .containsEntry("table", service.table())));
        assertThat(query("max(onlyonce_iterator_lag_seconds)")).singleElement().satisfies(lag -> assertThat(lag)
                .isGreaterThan(2.0));
        assertThat(firing()).extracting(alert -> alert.get("alertname")).doesNotContain("OnlyonceNoActiveHolder");

        producer.shutdownNow();
        service.listener().release();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(firing())
                .extracting(alert -> alert.get("alertname"))
                .doesNotContain("OnlyonceLagGrowing"));
    }

    /** The same rules in a sixtieth of the time. */
    private static String minutesToSeconds(String rules) {
        return rules.replaceAll("\\b(\\d+)m\\b", "$1s")
                .replaceAll("\\b1h\\b", "1m")
                .replace("> 120\n", "> 2\n")
                .replace("> 60\n", "> 1\n");
    }

    private List<Double> query(String expression) throws IOException, InterruptedException {
        List<String> values = JsonPath.read(
                get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8)),
                "$.data.result[*].value[1]");
        return values.stream().map(Double::valueOf).toList();
    }

    private List<Map<String, String>> firing() throws IOException, InterruptedException {
        return JsonPath.read(get("/api/v1/alerts"), "$.data.alerts[?(@.state == 'firing')].labels");
    }

    private String get(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        return client.send(request, BodyHandlers.ofString()).body();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
