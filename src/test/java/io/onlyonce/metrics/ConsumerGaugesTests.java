package io.onlyonce.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.FakeEngine;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsumerGaugesTests {

    private final MockClock clock = new MockClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
    private final FakeEngine engine = new FakeEngine("orders");
    private final ConsumerGauges gauges = new ConsumerGauges(engine, List.of("orders", "users"));

    @BeforeEach
    void reportTwoShards() {
        engine.report(
                Role.ACTIVE,
                FakeEngine.table(
                        "orders", State.RUNNING, FakeEngine.shard("shardId-1"), FakeEngine.shard("shardId-2")));
    }

    @Test
    void lagAndHeadroomAreInSeconds() {
        gauges.bindTo(registry);
        assertThat(value("onlyonce.iterator.lag", "table", "orders")).isEqualTo(0.412);
        assertThat(value("onlyonce.retention.headroom", "table", "orders")).isEqualTo(86400);
        assertThat(registry.get("onlyonce.iterator.lag").timeGauge().getId().getBaseUnit())
                .isEqualTo("seconds");
    }

    @Test
    void shardsAreCountedByState() {
        gauges.bindTo(registry);
        assertThat(registry.find("onlyonce.shards").tag("table", "orders").gauges())
                .extracting(gauge -> gauge.getId().getTag("state") + " " + gauge.value())
                .containsExactlyInAnyOrder("waiting 0.0", "reading 2.0", "paused 0.0", "blocked 0.0", "finished 0.0");
    }

    @Test
    void tableThatTheEngineDoesNotReportHasNoValue() {
        gauges.bindTo(registry);
        assertThat(value("onlyonce.iterator.lag", "table", "users")).isNaN();
    }

    @Test
    void oneScrapeCostsOneSnapshot() {
        gauges.bindTo(registry);
        for (var meter : registry.getMeters()) {
            assertThat(meter.measure()).isNotEmpty().allSatisfy(Measurement::getValue);
        }
        assertThat(engine.snapshots).hasValue(1);
    }

    @Test
    void snapshotIsRenewedAfterASecond() {
        gauges.bindTo(registry);
        value("onlyonce.iterator.lag", "table", "orders");
        engine.report(Role.ACTIVE, FakeEngine.table("orders", State.RUNNING));
        clock.add(Duration.ofMillis(999));
        assertThat(value("onlyonce.shards", "table", "orders", "state", "reading"))
                .isEqualTo(2);
        clock.add(Duration.ofMillis(1));
        assertThat(value("onlyonce.shards", "table", "orders", "state", "reading"))
                .isZero();
    }

    @Test
    void prometheusNamesFollow() {
        var prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        gauges.bindTo(prometheus);
        assertThat(prometheus.scrape().lines())
                .contains(
                        "onlyonce_iterator_lag_seconds{table=\"orders\"} 0.412",
                        "onlyonce_retention_headroom_seconds{table=\"orders\"} 86400.0",
                        "onlyonce_shards{state=\"reading\",table=\"orders\"} 2.0");
    }

    @Test
    void everyMeterHasADescription() {
        gauges.bindTo(registry);
        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getDescription())
                .doesNotContainNull();
    }

    private double value(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }
}
