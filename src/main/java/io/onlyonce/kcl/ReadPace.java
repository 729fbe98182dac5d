package io.onlyonce.kcl;

import java.time.Duration;

/** Delay before the next read of one shard: none after records, growing while the shard stays idle or cannot be read. Used by its reading thread only. */
final class ReadPace {

    private final Duration min;
    private final Duration max;
    private Duration delay = Duration.ZERO;

    ReadPace(Duration min, Duration max) {
        this.min = min;
        this.max = max;
    }

    Duration delay() {
        return delay;
    }

    void foundRecords() {
        delay = Duration.ZERO;
    }

    void foundNone() {
        var doubled = delay.multipliedBy(2);
        var next = doubled.compareTo(min) < 0 ? min : doubled;
        delay = next.compareTo(max) < 0 ? next : max;
    }
}
