package io.onlyonce.backfill;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One backfill of a table, as it is stored for whichever process goes on with it.
 *
 * @param id identifier of this one among all of the table
 * @param state where it stands; never paused, because that is the process's own
 * @param owner process that scans; absent if that has let go
 * @param version grows with every write, so that it shows that the owner is alive
 * @param segments progress of each segment
 * @param tally how items have ended
 * @param problem why it has failed; absent unless it has
 * @param startedAt when it began
 * @param endedAt when it ended; absent while it is running
 */
record BackfillRun(
        String id,
        BackfillState state,
        @Nullable String owner,
        long version,
        List<SegmentProgress> segments,
        Tally tally,
        @Nullable String problem,
        Instant startedAt,
        @Nullable Instant endedAt) {

    BackfillRun {
        segments = List.copyOf(segments);
    }

    /** A new one, in place of what is stored. */
    static BackfillRun begin(String id, String owner, @Nullable BackfillRun before, int segments, Instant now) {
        return new BackfillRun(
                id,
                BackfillState.RUNNING,
                owner,
                before == null ? 1 : before.version + 1,
                Collections.nCopies(segments, SegmentProgress.START),
                Tally.NONE,
                null,
                now,
                null);
    }

    boolean isRunning() {
        return state == BackfillState.RUNNING;
    }

    boolean isOwnedBy(String process) {
        return process.equals(owner);
    }

    long scanned() {
        return segments.stream().mapToLong(SegmentProgress::scanned).sum();
    }

    int segmentsDone() {
        return (int) segments.stream().filter(SegmentProgress::done).count();
    }

    BackfillRun withOwner(@Nullable String process) {
        return new BackfillRun(id, state, process, version + 1, segments, tally, problem, startedAt, endedAt);
    }

    BackfillRun withProgress(List<SegmentProgress> reached, Tally reachedTally) {
        return new BackfillRun(id, state, owner, version + 1, reached, reachedTally, problem, startedAt, endedAt);
    }

    BackfillRun ended(BackfillState end, @Nullable String why, Instant now) {
        return new BackfillRun(id, end, owner, version + 1, segments, tally, why, startedAt, now);
    }
}
