package io.onlyonce.chart;

import java.util.List;
import java.util.Map;

/** The alerts of the chart. */
final class Alerts {

    static final String FILE = "files/alerts.yaml";

    private Alerts() {}

    static List<Map<String, Object>> rules() {
        return rules(HelmChart.readYaml(FILE));
    }

    /** The rules of a rules file, or of what looks like one. */
    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> rules(Map<String, Object> file) {
        return ((List<Map<String, Object>>) file.get("groups"))
                .stream()
                        .flatMap(group -> ((List<Map<String, Object>>) group.get("rules")).stream())
                        .toList();
    }

    static List<String> expressions() {
        return rules().stream().map(rule -> (String) rule.get("expr")).toList();
    }
}
