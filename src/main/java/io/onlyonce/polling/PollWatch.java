package io.onlyonce.polling;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When a shard is to be read, and when it was. */
final class PollWatch {

    private final Clocks clocks;
    private volatile long dueNanos;
    private volatile @Nullable Instant lastSuccess;

    PollWatch(Clocks clocks) {
        this.clocks = clocks;
        this.dueNanos = clocks.nanos();
    }

    /** The next read is due after a delay. */
    void dueIn(Duration delay) {
        dueNanos = clocks.nanos() + delay.toNanos();
    }

    boolean isDue() {
        return clocks.nanos() - dueNanos >= 0;
    }

    void succeeded() {
        lastSuccess = clocks.now();
    }

    @Nullable Instant lastSuccess() {
        return lastSuccess;
    }

    /** For how long a read has been due without an answer: the next one becomes due only when the last is answered. */
    Duration overdue() {
        var overdue = clocks.since(dueNanos);
        return overdue.isNegative() ? Duration.ZERO : overdue;
    }
}
