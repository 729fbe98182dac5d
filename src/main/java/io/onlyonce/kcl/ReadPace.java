package io.onlyonce.kcl;

import java.time.Duration;

/** Delay before the next read of one shard: none after records, after a few of the shortest growing while the shard stays idle or cannot be read. Used by its reading thread only. */
final class ReadPace {

    /** As with the engine {@code polling}: enough for records that come at random, ten a second. */
    private static final int READS_BEFORE_GROWTH = 5;

    private final Duration min;
    private final Duration max;
    private Duration delay = Duration.ZERO;
    private int reads;

    ReadPace(Duration min, Duration max) {
        this.min = min;
        this.max = max;
    }

    Duration delay() {
        return delay;
    }

    void foundRecords() {
        delay = Duration.ZERO;
        reads = 0;
    }

    void foundNone() {
        reads++;
        var next = reads <= READS_BEFORE_GROWTH ? min : delay.multipliedBy(2);
        delay = next.compareTo(max) < 0 ? next : max;
    }
}
