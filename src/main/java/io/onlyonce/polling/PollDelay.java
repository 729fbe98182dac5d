package io.onlyonce.polling;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait before the next read of a shard, from how the last ones ended. */
final class PollDelay {

    /** Records that come at random, ten a second, leave a shard idle for longer than five reads once in a hundred times. */
    private static final int READS_BEFORE_GROWTH = 5;

    private static final Duration FIRST_BACK_OFF = Duration.ofMillis(200);
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(20);

    private final Duration min;
    private final Duration max;
    private final RandomGenerator random;
    private int emptyReads;
    private int failures;

    PollDelay(Duration min, Duration max, RandomGenerator random) {
        this.min = min;
        this.max = max;
        this.random = random;
    }

    /** None: a page ends at 1 MB or somewhere inside the shard, so that there may be more however short it is. */
    Duration afterRecords() {
        emptyReads = 0;
        failures = 0;
        return Duration.ZERO;
    }

    /** Grows from the shortest to the longest delay while reads stay empty, after a few of the shortest. */
    Duration afterEmpty() {
        failures = 0;
        emptyReads++;
        return grown(min, max, Math.max(0, emptyReads - READS_BEFORE_GROWTH));
    }

    /** Grows with each failure in a row, and is spread by chance so that many shards do not come back together. */
    Duration afterFailure() {
        long backOff = grown(FIRST_BACK_OFF, LONGEST_BACK_OFF, failures++).toMillis();
        return Duration.ofMillis(backOff / 2 + random.nextLong(backOff / 2 + 1));
    }

    /** How many reads in a row failed. */
    int failures() {
        return failures;
    }

    private static Duration grown(Duration from, Duration to, int times) {
        var delay = from.multipliedBy(1L << Math.min(times, 16));
        return delay.compareTo(to) < 0 ? delay : to;
    }
}
