package io.onlyonce.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.onlyonce.DuplicateKind;
import io.onlyonce.publication.ConsumerListener.CallOutcome;
import io.onlyonce.publication.ConsumerListener.LedgerOperation;
import io.onlyonce.publication.ConsumerListener.PollResult;
import io.onlyonce.publication.ConsumerListener.RecordOutcome;
import io.onlyonce.stream.EventName;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counters and timers of one table. Only a listener's timers are made late, at its first call; there are as many as the code has listeners. */
final class TableMeters {

    /** From a record that is handled at once to one that waited for a long outage; a heat map needs no more. */
    private static final Duration[] DELIVERY_BUCKETS = {
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(2),
        Duration.ofMinutes(5),
        Duration.ofMinutes(10)
    };

    private final MeterRegistry registry;
    private final String table;

    private final EnumMeters<EventName, EnumMeters<RecordOutcome, Counter>> records;
    private final EnumMeters<DuplicateKind, Counter> duplicates;
    private final EnumMeters<PollResult, Counter> polls;
    private final EnumMeters<RecordOutcome, Counter> backfilled;
    private final EnumMeters<LedgerOperation, OutcomeTimers> ledger;
    private final Map<String, EnumMeters<CallOutcome, Timer>> listeners = new ConcurrentHashMap<>();

    final Counter retries;
    final Counter quarantined;
    final Counter gaps;
    final Counter backfillScanned;
    final Timer delivery;

    TableMeters(MeterRegistry registry, String table) {
        this.registry = registry;
        this.table = table;
        records = new EnumMeters<>(
                EventName.class,
                event -> new EnumMeters<>(
                        RecordOutcome.class, outcome -> counter("onlyonce.records", "Records that reached their end")
                                .tag("event", EnumMeters.tag(event))
                                .tag("outcome", EnumMeters.tag(outcome))
                                .register(registry)));
        duplicates = new EnumMeters<>(
                DuplicateKind.class, kind -> counter("onlyonce.duplicates", "Duplicates that were dropped")
                        .tag("kind", EnumMeters.tag(kind))
                        .register(registry));
        polls = new EnumMeters<>(PollResult.class, result -> counter("onlyonce.polls", "Reads of shards")
                .tag("result", EnumMeters.tag(result))
                .register(registry));
        backfilled = new EnumMeters<>(RecordOutcome.class, outcome -> counter(
                        "onlyonce.backfill.items", "Backfilled items that reached their end")
                .tag("outcome", EnumMeters.tag(outcome))
                .register(registry));
        backfillScanned = counter("onlyonce.backfill.scanned", "Items that backfills have read from the table")
                .register(registry);
        ledger = new EnumMeters<>(
                LedgerOperation.class,
                operation -> new OutcomeTimers(
                        timer("onlyonce.ledger", "Calls of the ledger").tag("operation", EnumMeters.tag(operation)),
                        registry));
        retries = counter("onlyonce.retries", "Calls of listeners that failed and are repeated")
                .register(registry);
        quarantined =
                counter("onlyonce.quarantined", "Records that were set aside").register(registry);
        gaps = counter("onlyonce.gaps", "Times that records may have been lost").register(registry);
        delivery = timer("onlyonce.delivery", "Time from a new item's creation in DynamoDB to its completion")
                .serviceLevelObjectives(DELIVERY_BUCKETS)
                .register(registry);
    }

    Counter records(EventName event, RecordOutcome outcome) {
        return records.of(event).of(outcome);
    }

    Counter duplicates(DuplicateKind kind) {
        return duplicates.of(kind);
    }

    Counter polls(PollResult result) {
        return polls.of(result);
    }

    Counter backfilled(RecordOutcome outcome) {
        return backfilled.of(outcome);
    }

    Timer ledger(LedgerOperation operation, boolean success) {
        return ledger.of(operation).of(success);
    }

    EnumMeters<CallOutcome, Timer> listener(String listener) {
        var timers = listeners.get(listener);
        if (timers == null) {
            timers = listeners.computeIfAbsent(
                    listener,
                    name -> new EnumMeters<>(
                            CallOutcome.class, outcome -> timer("onlyonce.listener", "Calls of listeners")
                                    .tag("listener", name)
                                    .tag("outcome", EnumMeters.tag(outcome))
                                    .register(registry)));
        }
        return timers;
    }

    private Counter.Builder counter(String name, String description) {
        return Counter.builder(name).description(description).tag("table", table);
    }

    private Timer.Builder timer(String name, String description) {
        return Timer.builder(name).description(description).tag("table", table);
    }

    /** Timers of what succeeded and what failed. */
    private static final class OutcomeTimers {

        private final Timer success;
        private final Timer failure;

        OutcomeTimers(Timer.Builder builder, MeterRegistry registry) {
            success = builder.tag("outcome", "success").register(registry);
            failure = builder.tag("outcome", "failure").register(registry);
        }

        Timer of(boolean successful) {
            return successful ? success : failure;
        }
    }
}
