package io.onlyonce.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.onlyonce.DuplicateDropped;
import io.onlyonce.GapDetected;
import io.onlyonce.RecordQuarantined;
import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.stream.EventName;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counters and timers, all tagged {@code table}. Those of the configured tables exist at zero from the start, those of listeners from their first call. Tag values are enum constants in lower case, with dashes.
 *
 * <table>
 *   <caption>Meters</caption>
 *   <tr><th>name</th><th>type</th><th>further tags</th><th>meaning</th></tr>
 *   <tr><td>{@code onlyonce.records}</td><td>counter</td><td>{@code event}, {@code outcome}</td><td>records that reached their end</td></tr>
 *   <tr><td>{@code onlyonce.duplicates}</td><td>counter</td><td>{@code kind}</td><td>duplicates that were dropped</td></tr>
 *   <tr><td>{@code onlyonce.listener}</td><td>timer</td><td>{@code listener}, {@code outcome}</td><td>calls of listeners</td></tr>
 *   <tr><td>{@code onlyonce.delivery}</td><td>timer, histogram</td><td></td><td>creation of an item in DynamoDB to its completion</td></tr>
 *   <tr><td>{@code onlyonce.retries}</td><td>counter</td><td></td><td>calls of listeners that failed and are repeated</td></tr>
 *   <tr><td>{@code onlyonce.quarantined}</td><td>counter</td><td></td><td>records that were set aside</td></tr>
 *   <tr><td>{@code onlyonce.gaps}</td><td>counter</td><td></td><td>times that records may have been lost</td></tr>
 *   <tr><td>{@code onlyonce.polls}</td><td>counter</td><td>{@code result}</td><td>reads of shards</td></tr>
 *   <tr><td>{@code onlyonce.backfill.scanned}</td><td>counter</td><td></td><td>items that backfills have read from the table</td></tr>
 *   <tr><td>{@code onlyonce.backfill.items}</td><td>counter</td><td>{@code outcome}</td><td>backfilled items that reached their end</td></tr>
 *   <tr><td>{@code onlyonce.ledger}</td><td>timer</td><td>{@code operation}, {@code outcome}</td><td>calls of the ledger</td></tr>
 * </table>
 */
public final class ConsumerMetrics implements ConsumerListener {

    private final MeterRegistry registry;
    private final Map<String, TableMeters> tables = new ConcurrentHashMap<>();

    /** Registers the meters of {@code tables}. */
    public ConsumerMetrics(MeterRegistry registry, Collection<String> tables) {
        this.registry = registry;
        tables.forEach(this::forTable);
    }

    @Override
    public void recordFinished(String table, EventName event, RecordOutcome outcome) {
        forTable(table).records(event, outcome).increment();
    }

    @Override
    public void duplicateDropped(DuplicateDropped duplicate) {
        forTable(duplicate.table()).duplicates(duplicate.kind()).increment();
    }

    @Override
    public void itemDelivered(String table, Duration sinceCreation) {
        forTable(table).delivery.record(sinceCreation);
    }

    @Override
    public void listenerCalled(String table, String listener, CallOutcome outcome, Duration duration) {
        forTable(table).listener(listener).of(outcome).record(duration);
    }

    @Override
    public void retryScheduled(String table, String listener) {
        forTable(table).retries.increment();
    }

    @Override
    public void recordQuarantined(RecordQuarantined quarantined) {
        forTable(quarantined.table()).quarantined.increment();
    }

    @Override
    public void gapDetected(GapDetected gap) {
        forTable(gap.table()).gaps.increment();
    }

    @Override
    public void backfillScanned(String table, int items) {
        forTable(table).backfillScanned.increment(items);
    }

    @Override
    public void backfillFinished(String table, RecordOutcome outcome) {
        forTable(table).backfilled(outcome).increment();
    }

    @Override
    public void polled(String table, PollResult result) {
        forTable(table).polls(result).increment();
    }

    @Override
    public void ledgerCalled(String table, LedgerOperation operation, boolean success, Duration duration) {
        forTable(table).ledger(operation, success).record(duration);
    }

    private TableMeters forTable(String table) {
        var meters = tables.get(table);
        return meters != null ? meters : tables.computeIfAbsent(table, name -> new TableMeters(registry, name));
    }
}
