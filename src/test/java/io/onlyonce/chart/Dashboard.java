package io.onlyonce.chart;

import com.jayway.jsonpath.JsonPath;
import java.util.List;
import java.util.Map;

/** The Grafana dashboard of the chart. */
final class Dashboard {

    private static final Map<String, Object> JSON = JsonPath.read(HelmChart.read("files/dashboard.json"), "$");

    private Dashboard() {}

    static <T> T read(String path) {
        return JsonPath.read(JSON, path);
    }

    /** Every expression, with Grafana's variables replaced as Grafana would. */
    static List<String> expressions() {
        return Dashboard.<List<String>>read("$.panels[*].targets[*].expr").stream()
                .map(expression -> expression
                        .replace("$__rate_interval", "1m")
                        .replace("$__range", "1h")
                        .replaceAll("\\$(namespace|job|table)", ".*"))
                .toList();
    }
}
