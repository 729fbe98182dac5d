package io.onlyonce.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Dashboard and alerts ask for nothing that the running service does not serve. */
class LiveMetersTests {

    /** What Prometheus itself adds to a series. */
    private static final Set<String> TARGET_LABELS = Set.of("namespace", "job", "instance");

    private static LiveService service;
    private static String scrape;

    @BeforeAll
    static void scrapeAfterOneItem() throws Exception {
        service = new LiveService();
        service.put();
        // So that there is a pause to report.
        System.gc();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> service.scrape().contains("outcome=\"processed\",table=\"" + service.table() + "\"} 1.0"));
        scrape = service.scrape();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void everythingThatIsUsedIsServed() {
        Map<String, Set<String>> served = Series.served(scrape);
        Map<String, Set<String>> used = new TreeMap<>();
        Stream.concat(Dashboard.expressions().stream(), Alerts.expressions().stream())
                .flatMap(expression -> Series.used(expression).entrySet().stream())
                .forEach(use -> used.computeIfAbsent(use.getKey(), name -> new TreeSet<>())
                        .addAll(use.getValue()));
        assertThat(used).hasSizeGreaterThan(15).allSatisfy((name, labels) -> {
            assertThat(served).containsKey(name);
            assertThat(served.get(name)).containsAll(withoutTargetLabels(labels));
        });
    }

    @Test
    void everyGroupingIsByALabelThatIsServed() {
        Map<String, Set<String>> served = Series.served(scrape);
        Stream.concat(Dashboard.expressions().stream(), Alerts.expressions().stream())
                .forEach(expression -> {
                    var labels = new TreeSet<String>();
                    Series.used(expression).keySet().forEach(name -> labels.addAll(served.get(name)));
                    assertThat(labels).as(expression).containsAll(withoutTargetLabels(Series.groupings(expression)));
                });
    }

    @Test
    void everyMeterOfOnlyonceIsOnTheDashboard() {
        var used = new TreeSet<String>();
        Dashboard.expressions()
                .forEach(expression -> used.addAll(Series.used(expression).keySet()));
        assertThat(Series.served(scrape).keySet())
                .filteredOn(name -> name.startsWith("onlyonce_"))
                .map(name -> name.replaceFirst("_(bucket|count|sum|max)$", ""))
                .allSatisfy(meter -> assertThat(used).anyMatch(name -> name.startsWith(meter)));
    }

    @Test
    void metersAreNamedAsPrometheusWants() throws Exception {
        String own = scrape.lines()
                .filter(line -> line.startsWith("onlyonce_") || line.matches("# (HELP|TYPE) onlyonce_.*"))
                .reduce("", (text, line) -> text + line + "\n");
        assertThat(own).contains("onlyonce_iterator_lag_seconds");
        assertThat(Tool.named("promtool").run(own, "check", "metrics")).isEmpty();
    }

    private static Set<String> withoutTargetLabels(Set<String> labels) {
        var own = new TreeSet<>(labels);
        own.removeAll(TARGET_LABELS);
        return own;
    }
}
