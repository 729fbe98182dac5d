package io.onlyonce.engine;

import java.time.Duration;

/** Delay before the next read of a shard: none after records; the shortest after a few reads that found none, and then growing to the longest. Used by one thread at a time. */
public final class IdleDelay {

    /** Records that come at random, ten a second, leave a shard idle for longer than five reads once in a hundred times. */
    private static final int READS_BEFORE_GROWTH = 5;

    private final Duration min;
    private final Duration max;
    private Duration delay = Duration.ZERO;
    private int reads;

    /** None yet. */
    public IdleDelay(Duration min, Duration max) {
        this.min = min;
        this.max = max;
    }

    /** The delay before the next read. */
    public Duration delay() {
        return delay;
    }

    /** The last read found records. */
    public void foundRecords() {
        delay = Duration.ZERO;
        reads = 0;
    }

    /** The last read found none. */
    public void foundNone() {
        reads++;
        var next = reads <= READS_BEFORE_GROWTH ? min : delay.multipliedBy(2);
        delay = next.compareTo(max) < 0 ? next : max;
    }
}
