package io.onlyonce.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DashboardTests {

    @TempDir
    private Path directory;

    @Test
    void everyExpressionIsParsedByPrometheus() throws Exception {
        var rules = new ArrayList<Map<String, String>>();
        for (String expression : Dashboard.expressions()) {
            var rule = new LinkedHashMap<String, String>();
            rule.put("record", "dashboard:expression_%d:value".formatted(rules.size()));
            rule.put("expr", expression);
            rules.add(rule);
        }
        assertThat(rules).hasSizeGreaterThan(25);
        var file = Map.of("groups", List.of(Map.of("name", "dashboard", "rules", rules)));
        Path written = Files.writeString(
                directory.resolve("rules.yaml"), HelmChart.yaml().dump(file));
        assertThat(Tool.named("promtool").run("", "check", "rules", written.toString()))
                .contains(rules.size() + " rules found");
    }

    @Test
    void panelsDoNotOverlapAndIdsAreTheirOwn() {
        List<Integer> ids = Dashboard.read("$.panels[*].id");
        assertThat(ids).doesNotHaveDuplicates();
        List<Map<String, Integer>> positions = Dashboard.read("$.panels[*].gridPos");
        for (int i = 0; i < positions.size(); i++) {
            for (int j = i + 1; j < positions.size(); j++) {
                assertThat(overlap(positions.get(i), positions.get(j)))
                        .as("panels %s and %s", ids.get(i), ids.get(j))
                        .isFalse();
            }
        }
    }

    @Test
    void everyPanelIsExplainedAndUsesTheChosenDataSource() {
        List<Map<String, Object>> panels = Dashboard.read("$.panels[?(@.type != 'row')]");
        assertThat(panels).allSatisfy(panel -> {
            assertThat(panel).extractingByKey("description").asString().isNotBlank();
            assertThat(panel)
                    .extractingByKey("datasource")
                    .isEqualTo(Map.of("type", "prometheus", "uid", "${datasource}"));
        });
        assertThat(Dashboard.<List<String>>read("$.panels[*].targets[*].datasource.uid"))
                .containsOnly("${datasource}");
    }

    @Test
    void everyTopicHasARowOrAPanel() {
        assertThat(Dashboard.<List<String>>read("$.panels[*].title"))
                .contains(
                        "Lag",
                        "Records per second",
                        "Duplicates dropped per second",
                        "From DynamoDB to done",
                        "Listeners",
                        "Ledger",
                        "Shards",
                        "Retries, quarantine, gaps",
                        "JVM");
        assertThat(Dashboard.<List<String>>read("$.panels[?(@.type == 'heatmap')].title"))
                .hasSize(1);
    }

    @Test
    void chartShipsItAsItIs() {
        var dashboard = HelmChart.render("polling", HelmChart.LATEST).stream()
                .filter(manifest -> manifest.name().equals("shipping-dashboard"))
                .findFirst()
                .orElseThrow();
        assertThat(dashboard.<String>read("$.metadata.labels.grafana_dashboard"))
                .isEqualTo("1");
        assertThat(dashboard.<String>read("$.metadata.annotations.grafana_folder"))
                .isEqualTo("Streams");
        assertThat(dashboard.<String>read("$.data['onlyonce.json']").strip())
                .isEqualTo(HelmChart.read("files/dashboard.json").strip());
    }

    private static boolean overlap(Map<String, Integer> one, Map<String, Integer> other) {
        return one.get("x") < other.get("x") + other.get("w")
                && other.get("x") < one.get("x") + one.get("w")
                && one.get("y") < other.get("y") + other.get("h")
                && other.get("y") < one.get("y") + one.get("h");
    }
}
