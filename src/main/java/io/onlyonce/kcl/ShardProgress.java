package io.onlyonce.kcl;

import io.onlyonce.engine.Clocks;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How far a shard may be behind: the time since its last finished record was created, or since it was last found at its tip, whichever is shorter. */
final class ShardProgress {

    private final Clocks clocks;
    private final long sinceNanos;
    private @Nullable Instant finishedCreatedAt;
    private @Nullable Long tipNanos;

    /**
     * Begins to measure. A lease does not tell when the records at its checkpoint were created.
     *
     * @param sinceNanos from when on time counts as long as nothing else is known
     */
    ShardProgress(long sinceNanos, Clocks clocks) {
        this.clocks = clocks;
        this.sinceNanos = sinceNanos;
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

    synchronized Duration lag() {
        var sinceTip = tipNanos == null ? null : clocks.since(tipNanos);
        var sinceFinished = finishedCreatedAt == null ? null : clocks.since(finishedCreatedAt);
        if (sinceTip != null && sinceFinished != null) {
            return sinceTip.compareTo(sinceFinished) < 0 ? sinceTip : sinceFinished;
        }
        if (sinceTip != null) {
            return sinceTip;
        }
        return sinceFinished == null ? clocks.since(sinceNanos) : sinceFinished;
    }
}
