package io.onlyonce.polling;

import io.onlyonce.engine.Clocks;
import io.onlyonce.stream.Position;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How far a shard may be behind: the time since its last finished record was created, or since it was last found at its tip, whichever is shorter. */
final class ShardProgress {

    private final Clocks clocks;
    private final long openedNanos;
    private @Nullable Instant baseline;
    private @Nullable Instant finishedCreatedAt;
    private @Nullable Long tipNanos;

    /**
     * Begins to measure.
     *
     * @param baseline moment up to which everything had been processed before; absent if that is not known, so that time counts from now on
     */
    ShardProgress(@Nullable Instant baseline, Clocks clocks) {
        this.clocks = clocks;
        this.openedNanos = clocks.nanos();
        this.baseline = baseline;
    }

    /** Creation time of the last record before a position, as far as the position tells; otherwise {@code otherwise}. */
    static @Nullable Instant baselineOf(Position from, @Nullable Instant otherwise) {
        if (from instanceof Position.After after) {
            return after.createdAt();
        }
        return from instanceof Position.Latest latest ? latest.since() : otherwise;
    }

    synchronized void finished(Instant createdAt) {
        if (finishedCreatedAt == null || createdAt.isAfter(finishedCreatedAt)) {
            finishedCreatedAt = createdAt;
        }
    }

    /** Everything that was in the shard at that moment is finished. */
    synchronized void atTip(long nanos) {
        tipNanos = nanos;
    }

    /** The shard is read anew from a checkpoint, so that what was reached since does not count. */
    synchronized void restarted(Position from) {
        finishedCreatedAt = null;
        tipNanos = null;
        baseline = baselineOf(from, baseline);
    }

    synchronized Duration lag() {
        var sinceTip = tipNanos == null ? null : clocks.since(tipNanos);
        var sinceFinished = finishedCreatedAt == null ? null : clocks.since(finishedCreatedAt);
        if (sinceTip != null && sinceFinished != null) {
            return sinceTip.compareTo(sinceFinished) < 0 ? sinceTip : sinceFinished;
        }
        if (sinceTip != null) {
            return sinceTip;
        }
        if (sinceFinished != null) {
            return sinceFinished;
        }
        return baseline == null ? clocks.since(openedNanos) : clocks.since(baseline);
    }
}
