package io.onlyonce.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlertRulesTests {

    private static final Path CASES = Path.of("src", "test", "prometheus", "alerts-test.yaml");

    @TempDir
    private Path directory;

    @Test
    void rulesAreValid() throws Exception {
        assertThat(promtool(
                        "check",
                        "rules",
                        HelmChart.DIRECTORY.resolve(Alerts.FILE).toString()))
                .contains("8 rules found");
    }

    @Test
    void alertsFireWhenTheyShouldAndOnlyThen() throws Exception {
        assertThat(promtool("test", "rules", CASES.toString())).contains("SUCCESS");
    }

    @Test
    void everyAlertHasACaseInWhichItFires() throws IOException {
        String cases = Files.readString(CASES);
        assertThat(names(Alerts.rules())).hasSize(8).allSatisfy(alert -> assertThat(cases)
                .containsPattern("alertname: " + alert + "\\n +exp_alerts:\\n +- exp_labels"));
    }

    @Test
    void everyAlertHasItsSectionInTheRunbook() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        assertThat(Alerts.rules()).allSatisfy(rule -> {
            String name = (String) rule.get("alert");
            assertThat(readme).contains("\n### " + name + "\n", "| `" + name + "` |");
            assertThat((Map<?, ?>) rule.get("annotations"))
                    .extracting("runbook_url")
                    .isEqualTo("README.md#" + name.toLowerCase(Locale.ROOT));
        });
    }

    /** So that the chart can narrow every selector to its own release. */
    @Test
    void everySelectorCanBeNarrowed() {
        assertThat(Alerts.expressions()).allSatisfy(expression -> {
            assertThat(Series.used(expression)).isNotEmpty();
            long selectors = expression.split("onlyonce_", -1).length - 1;
            assertThat(expression.split("\\{job=~\"\\.\\+\"", -1).length - 1).isEqualTo((int) selectors);
        });
    }

    @Test
    void chartNarrowsThemToItsRelease() throws Exception {
        var rule = Manifest.only(HelmChart.render("kcl", HelmChart.LATEST), "PrometheusRule");
        var rules = Alerts.rules(rule.read("$.spec"));
        assertThat(names(rules)).containsAll(names(Alerts.rules())).contains("TooManyConflicts");
        assertThat(rules)
                .filteredOn(each -> ((String) each.get("alert")).startsWith("Onlyonce"))
                .allSatisfy(each -> assertThat((String) each.get("expr"))
                        .contains("{namespace=\"apps\",job=\"test-onlyonce\"")
                        .doesNotContain(".+"));
        Path file = Files.writeString(
                directory.resolve("rules.yaml"), HelmChart.yaml().dump(rule.read("$.spec")));
        assertThat(promtool("check", "rules", file.toString())).contains("9 rules found");
    }

    @Test
    void alertsCanBeLeftOutLabelledAndLinked() {
        var rule = Manifest.only(HelmChart.render("polling", HelmChart.LATEST), "PrometheusRule");
        var rules = Alerts.rules(rule.read("$.spec"));
        assertThat(names(rules)).hasSize(7).doesNotContain("OnlyonceRetriesStorm");
        assertThat(rules).allSatisfy(each -> {
            assertThat((Map<?, ?>) each.get("labels")).extracting("team").isEqualTo("logistics");
            assertThat((Map<?, ?>) each.get("labels")).extracting("severity").isIn("warning", "critical");
            assertThat((Map<?, ?>) each.get("annotations"))
                    .extracting("runbook_url")
                    .asString()
                    .startsWith("https://runbooks.example.com/onlyonce#onlyonce");
        });
    }

    private static List<String> names(List<Map<String, Object>> rules) {
        return rules.stream().map(rule -> (String) rule.get("alert")).toList();
    }

    private static String promtool(String... arguments) throws IOException, InterruptedException {
        return Tool.named("promtool").run("", arguments);
    }
}
