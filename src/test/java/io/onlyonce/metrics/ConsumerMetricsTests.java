package io.onlyonce.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.onlyonce.DuplicateDropped;
import io.onlyonce.DuplicateKind;
import io.onlyonce.GapDetected;
import io.onlyonce.RecordQuarantined;
import io.onlyonce.publication.ConsumerListener.CallOutcome;
import io.onlyonce.publication.ConsumerListener.LedgerOperation;
import io.onlyonce.publication.ConsumerListener.PollResult;
import io.onlyonce.publication.ConsumerListener.RecordOutcome;
import io.onlyonce.stream.EventName;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ConsumerMetricsTests {

    private static final ShardId SHARD = new ShardId("shardId-00000001");
    private static final SequenceNumber NUMBER = new SequenceNumber("100");

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final ConsumerMetrics metrics = new ConsumerMetrics(registry, List.of("orders", "users"));

    @Test
    void everyMeterExistsAtZeroForEveryTableAndTagValue() {
        for (String table : List.of("orders", "users")) {
            assertThat(registry.find("onlyonce.records").tag("table", table).counters())
                    .extracting(counter -> counter.getId().getTag("event") + " "
                            + counter.getId().getTag("outcome") + " " + counter.count())
                    .hasSize(12)
                    .contains(
                            "insert processed 0.0",
                            "modify duplicate 0.0",
                            "remove skipped 0.0",
                            "insert quarantined 0.0");
            assertThat(registry.find("onlyonce.duplicates").tag("table", table).counters())
                    .extracting(counter -> counter.getId().getTag("kind"))
                    .containsExactlyInAnyOrder("rewrite", "redelivery", "reinsert", "conflict");
            assertThat(registry.find("onlyonce.polls").tag("table", table).counters())
                    .extracting(counter -> counter.getId().getTag("result"))
                    .containsExactlyInAnyOrder("records", "empty", "throttled", "expired", "trimmed", "failed");
            assertThat(registry.find("onlyonce.ledger").tag("table", table).timers())
                    .extracting(timer -> timer.getId().getTag("operation") + " "
                            + timer.getId().getTag("outcome"))
                    .hasSize(16)
                    .contains("claim success", "take-over failure", "save-progress success", "commit failure");
            for (String name :
                    List.of("onlyonce.retries", "onlyonce.quarantined", "onlyonce.gaps", "onlyonce.backfill.scanned")) {
                assertThat(registry.get(name).tag("table", table).counter().count())
                        .isZero();
            }
            assertThat(registry.get("onlyonce.delivery")
                            .tag("table", table)
                            .timer()
                            .count())
                    .isZero();
        }
    }

    @Test
    void nothingIsTaggedWithAnUnboundedValue() {
        callEveryMethod();
        assertThat(meters())
                .flatExtracting(meter -> meter.getId().getTags())
                .extracting(tag -> tag.getKey())
                .containsOnly("table", "event", "outcome", "kind", "result", "operation", "listener");
    }

    @Test
    void everyCallIsCountedInItsMeterOnly() {
        callEveryMethod();
        assertThat(counted())
                .containsExactlyInAnyOrder(
                        "onlyonce.records[event=insert,outcome=processed,table=orders] 1",
                        "onlyonce.duplicates[kind=conflict,table=orders] 1",
                        "onlyonce.delivery[table=orders] 1",
                        "onlyonce.listener[listener=Audit.on,outcome=success,table=orders] 1",
                        "onlyonce.retries[table=orders] 1",
                        "onlyonce.quarantined[table=orders] 1",
                        "onlyonce.gaps[table=orders] 1",
                        "onlyonce.backfill.scanned[table=orders] 7",
                        "onlyonce.backfill.items[outcome=duplicate,table=orders] 1",
                        "onlyonce.polls[result=throttled,table=orders] 1",
                        "onlyonce.ledger[operation=claim,outcome=failure,table=orders] 1");
    }

    @Test
    void durationsAreRecorded() {
        callEveryMethod();
        assertThat(registry.get("onlyonce.delivery")
                        .tag("table", "orders")
                        .timer()
                        .totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(1500);
        assertThat(registry.get("onlyonce.listener").timers())
                .extracting(timer -> timer.totalTime(TimeUnit.MILLISECONDS))
                .containsExactlyInAnyOrder(20.0, 0.0, 0.0);
        assertThat(registry.get("onlyonce.ledger")
                        .tags("operation", "claim", "outcome", "failure", "table", "orders")
                        .timer()
                        .totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(7);
    }

    @Test
    void tableThatWasNotConfiguredIsMeteredAsWell() {
        metrics.polled("late", PollResult.EMPTY);
        assertThat(registry.get("onlyonce.polls")
                        .tags("table", "late", "result", "empty")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void countingLooksNothingUpInTheRegistry() {
        callEveryMethod();
        registry.clear();
        callEveryMethod();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void prometheusNamesFollow() {
        var prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var prometheusMetrics = new ConsumerMetrics(prometheus, List.of("orders"));
        prometheusMetrics.listenerCalled("orders", "Audit.on", CallOutcome.SUCCESS, Duration.ofMillis(20));
        prometheusMetrics.itemDelivered("orders", Duration.ofMillis(1500));
        assertThat(prometheus.scrape().lines())
                .contains(
                        "onlyonce_records_total{event=\"insert\",outcome=\"processed\",table=\"orders\"} 0.0",
                        "onlyonce_duplicates_total{kind=\"rewrite\",table=\"orders\"} 0.0",
                        "onlyonce_retries_total{table=\"orders\"} 0.0",
                        "onlyonce_quarantined_total{table=\"orders\"} 0.0",
                        "onlyonce_gaps_total{table=\"orders\"} 0.0",
                        "onlyonce_backfill_scanned_total{table=\"orders\"} 0.0",
                        "onlyonce_backfill_items_total{outcome=\"processed\",table=\"orders\"} 0.0",
                        "onlyonce_polls_total{result=\"records\",table=\"orders\"} 0.0",
                        "onlyonce_ledger_seconds_count{operation=\"claim\",outcome=\"success\",table=\"orders\"} 0",
                        "onlyonce_listener_seconds_count{listener=\"Audit.on\",outcome=\"success\",table=\"orders\"} 1",
                        "onlyonce_delivery_seconds_bucket{table=\"orders\",le=\"0.01\"} 0",
                        "onlyonce_delivery_seconds_bucket{table=\"orders\",le=\"1.0\"} 0",
                        "onlyonce_delivery_seconds_bucket{table=\"orders\",le=\"2.5\"} 1",
                        "onlyonce_delivery_seconds_bucket{table=\"orders\",le=\"600.0\"} 1",
                        "onlyonce_delivery_seconds_bucket{table=\"orders\",le=\"+Inf\"} 1");
    }

    @Test
    void everyMeterHasADescription() {
        callEveryMethod();
        assertThat(meters()).extracting(meter -> meter.getId().getDescription()).doesNotContainNull();
    }

    private void callEveryMethod() {
        metrics.recordFinished("orders", EventName.INSERT, RecordOutcome.PROCESSED);
        metrics.duplicateDropped(new DuplicateDropped("orders", DuplicateKind.CONFLICT, "event", "key", SHARD, NUMBER));
        metrics.itemDelivered("orders", Duration.ofMillis(1500));
        metrics.listenerCalled("orders", "Audit.on", CallOutcome.SUCCESS, Duration.ofMillis(20));
        metrics.retryScheduled("orders", "Audit.on");
        metrics.recordQuarantined(new RecordQuarantined(
                "id", "orders", "event", SHARD, NUMBER, Set.of("Audit.on"), 5, new IllegalStateException()));
        metrics.backfillScanned("orders", 7);
        metrics.backfillFinished("orders", RecordOutcome.DUPLICATE);
        metrics.gapDetected(
                new GapDetected("orders", GapDetected.Reason.TRIMMED, "arn", SHARD, NUMBER, null, Instant.EPOCH));
        metrics.polled("orders", PollResult.THROTTLED);
        metrics.ledgerCalled("orders", LedgerOperation.CLAIM, false, Duration.ofMillis(7));
    }

    /** Without the gauges that this registry makes of a timer's buckets. */
    private List<Meter> meters() {
        return registry.getMeters().stream()
                .filter(meter -> !meter.getId().getName().endsWith(".histogram"))
                .toList();
    }

    private List<String> counted() {
        return meters().stream()
                .map(meter -> describe(meter) + " "
                        + (long) meter.measure().iterator().next().getValue())
                .filter(text -> !text.endsWith(" 0"))
                .toList();
    }

    private static String describe(Meter meter) {
        return meter.getId().getName()
                + new TreeSet<>(Tags.of(meter.getId().getTags()).stream()
                                .map(tag -> tag.getKey() + "=" + tag.getValue())
                                .toList())
                        .stream().collect(Collectors.joining(",", "[", "]"));
    }
}
