package io.onlyonce.engine;

import io.onlyonce.DuplicateDropped;
import io.onlyonce.DuplicateKind;
import io.onlyonce.GapDetected;
import io.onlyonce.RecordQuarantined;
import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.stream.EventName;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What has become of each table's records since the process began, whether or not anything is metered. */
public final class ConsumerCounts implements ConsumerListener {

    private static final int MAX_GAPS = 100;

    private final Map<String, TableCounts> tables = new ConcurrentHashMap<>();
    private final Deque<GapDetected> recentGaps = new ArrayDeque<>();

    /**
     * Counts of one table.
     *
     * @param processed records that every listener completed
     * @param duplicates dropped duplicates; every kind is there
     * @param quarantined records set aside
     * @param gaps times that records may have been lost
     */
    public record Counts(long processed, Map<DuplicateKind, Long> duplicates, long quarantined, long gaps) {}

    /** What was counted for a table so far; zero for one that was never heard of. */
    public Counts of(String table) {
        return tables.getOrDefault(table, TableCounts.NONE).snapshot();
    }

    /** The last hundred gaps of all tables, oldest first. */
    public List<GapDetected> recentGaps() {
        synchronized (recentGaps) {
            return List.copyOf(recentGaps);
        }
    }

    @Override
    public void recordFinished(String table, EventName event, RecordOutcome outcome) {
        if (outcome == RecordOutcome.PROCESSED) {
            forTable(table).processed.increment();
        }
    }

    @Override
    public void duplicateDropped(DuplicateDropped duplicate) {
        forTable(duplicate.table()).of(duplicate.kind()).increment();
    }

    @Override
    public void recordQuarantined(RecordQuarantined quarantined) {
        forTable(quarantined.table()).quarantined.increment();
    }

    @Override
    public void gapDetected(GapDetected gap) {
        forTable(gap.table()).gaps.increment();
        synchronized (recentGaps) {
            if (recentGaps.size() == MAX_GAPS) {
                recentGaps.removeFirst();
            }
            recentGaps.addLast(gap);
        }
    }

    private TableCounts forTable(String table) {
        return tables.computeIfAbsent(table, name -> new TableCounts());
    }

    private static final class TableCounts {

        static final TableCounts NONE = new TableCounts();

        final LongAdder processed = new LongAdder();
        final Map<DuplicateKind, LongAdder> duplicates = new EnumMap<>(DuplicateKind.class);
        final LongAdder quarantined = new LongAdder();
        final LongAdder gaps = new LongAdder();

        TableCounts() {
            for (var kind : DuplicateKind.values()) {
                duplicates.put(kind, new LongAdder());
            }
        }

        LongAdder of(DuplicateKind kind) {
            return Objects.requireNonNull(duplicates.get(kind));
        }

        Counts snapshot() {
            var byKind = new EnumMap<DuplicateKind, Long>(DuplicateKind.class);
            duplicates.forEach((kind, count) -> byKind.put(kind, count.sum()));
            return new Counts(processed.sum(), Collections.unmodifiableMap(byKind), quarantined.sum(), gaps.sum());
        }
    }
}
