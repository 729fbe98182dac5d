package io.onlyonce.backfill;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The last backfill of a table, as far as this process knows.
 *
 * @param state where it stands
 * @param problem what it waits for, or why it has failed; absent if nothing
 * @param scanned items of which every one before them in their segment has reached its end
 * @param delivered items that every listener completed
 * @param duplicates items that were handled before, or by the stream meanwhile
 * @param quarantined items that were set aside
 * @param segments parts in which the table is scanned
 * @param segmentsDone those that are scanned to their end
 * @param process process that scans; absent if none does
 * @param startedAt when it began
 * @param endedAt when it ended; absent if it has not
 */
public record BackfillStatus(
        BackfillState state,
        @Nullable String problem,
        long scanned,
        long delivered,
        long duplicates,
        long quarantined,
        int segments,
        int segmentsDone,
        @Nullable String process,
        Instant startedAt,
        @Nullable Instant endedAt) {

    static BackfillStatus of(BackfillRun run, boolean paused, @Nullable String problem) {
        return new BackfillStatus(
                paused ? BackfillState.PAUSED : run.state(),
                problem,
                run.scanned(),
                run.tally().delivered(),
                run.tally().duplicates(),
                run.tally().quarantined(),
                run.segments().size(),
                run.segmentsDone(),
                run.isRunning() ? run.owner() : null,
                run.startedAt(),
                run.endedAt());
    }
}
