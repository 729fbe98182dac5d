package io.onlyonce.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of values in the chart's README says what values.yaml and the schema say. */
class ChartValuesTests {

    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\| (.+?) \\| (.+) \\|$", Pattern.MULTILINE);

    private final Map<String, Object> values = HelmChart.readYaml("values.yaml");
    private final Map<String, Object> schema = JsonPath.read(HelmChart.read("values.schema.json"), "$");
    private final Map<String, Row> rows = rows();

    @Test
    void everyValueIsInTheTable() {
        assertThat(leaves("", values)).isNotEmpty().allSatisfy(leaf -> assertThat(rows.keySet())
                .anySatisfy(path -> assertThat(leaf + ".").startsWith(path + ".")));
        assertThat(rows.keySet()).allSatisfy(path -> assertThat(find(path)).isPresent());
    }

    @Test
    void defaultsInTheTableAreThoseOfTheFile() {
        assertThat(rows).allSatisfy((path, row) -> {
            if (!row.defaultValue().startsWith("see ")) {
                assertThat(row.defaultValue()).isEqualTo("`" + json(find(path).orElseThrow()) + "`");
            }
        });
        assertThat(rows.values().stream().filter(row -> row.defaultValue().startsWith("see ")))
                .hasSizeLessThan(12);
    }

    @Test
    void schemaDescribesEveryRowInTheSameWords() {
        assertThat(rows).allSatisfy((path, row) -> {
            String property = "$.properties." + path.replace(".", ".properties.");
            assertThat(JsonPath.<String>read(schema, property + ".description"))
                    .isEqualTo(row.meaning().replace("`", ""));
        });
    }

    @Test
    void chartHasTheVersionOfTheService() {
        var chart = HelmChart.readYaml("Chart.yaml");
        var pom = HelmChart.DIRECTORY.resolve("../../pom.xml").normalize();
        assertThat(pom)
                .content()
                .contains("<artifactId>onlyonce</artifactId>\n    <version>%s</version>"
                        .formatted(chart.get("appVersion")));
    }

    private static Map<String, Row> rows() {
        String readme = HelmChart.read("README.md");
        String table = readme.substring(readme.indexOf("<!-- values -->"), readme.indexOf("<!-- /values -->"));
        var found = new LinkedHashMap<String, Row>();
        ROW.matcher(table).results().forEach(row -> found.put(row.group(1), new Row(row.group(2), row.group(3))));
        return found;
    }

    private Optional<Object> find(String path) {
        Object node = values;
        for (String part : path.split("\\.")) {
            if (!(node instanceof Map<?, ?> map) || !map.containsKey(part)) {
                return Optional.empty();
            }
            node = map.get(part);
        }
        return Optional.of(node);
    }

    private static List<String> leaves(String prefix, Map<?, ?> map) {
        var found = new ArrayList<String>();
        map.forEach((key, value) -> {
            if (value instanceof Map<?, ?> inner && !inner.isEmpty()) {
                found.addAll(leaves(prefix + key + ".", inner));
            } else {
                found.add(prefix + key);
            }
        });
        return found;
    }

    /** As it is written in the table. */
    private static String json(Object value) {
        try {
            return new ObjectMapper()
                    .writeValueAsString(value)
                    .replace("\":", "\": ")
                    .replace(",\"", ", \"");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Row(String defaultValue, String meaning) {}
}
