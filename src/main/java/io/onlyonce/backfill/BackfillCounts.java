package io.onlyonce.backfill;

import io.onlyonce.publication.ConsumerListener;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How backfilled items have ended in this process, for each table. */
public final class BackfillCounts implements ConsumerListener {

    private final Map<String, Outcomes> tables = new ConcurrentHashMap<>();

    /** Nothing counted yet. */
    public BackfillCounts() {}

    @Override
    public void backfillFinished(String table, RecordOutcome outcome) {
        var outcomes = tables.computeIfAbsent(table, name -> new Outcomes());
        switch (outcome) {
            case PROCESSED -> outcomes.delivered.increment();
            case QUARANTINED -> outcomes.quarantined.increment();
            case DUPLICATE, SKIPPED -> outcomes.duplicates.increment();
        }
    }

    Tally of(String table) {
        var outcomes = tables.get(table);
        return outcomes == null
                ? Tally.NONE
                : new Tally(outcomes.delivered.sum(), outcomes.duplicates.sum(), outcomes.quarantined.sum());
    }

    private static final class Outcomes {

        final LongAdder delivered = new LongAdder();
        final LongAdder duplicates = new LongAdder();
        final LongAdder quarantined = new LongAdder();
    }
}
