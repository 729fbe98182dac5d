package io.onlyonce.polling;

import io.onlyonce.engine.IdleDelay;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait before the next read of a shard, from how the last ones ended. */
final class PollDelay {

    private static final Duration FIRST_BACK_OFF = Duration.ofMillis(200);
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(20);

    private final IdleDelay idle;
    private final RandomGenerator random;
    private int failures;

    PollDelay(Duration min, Duration max, RandomGenerator random) {
        this.idle = new IdleDelay(min, max);
        this.random = random;
    }

    /** None: a page ends at 1 MB or somewhere inside the shard, so that there may be more however short it is. */
    Duration afterRecords() {
        idle.foundRecords();
        failures = 0;
        return idle.delay();
    }

    /** Grows from the shortest to the longest delay while reads stay empty, after a few of the shortest. */
    Duration afterEmpty() {
        failures = 0;
        idle.foundNone();
        return idle.delay();
    }

    /** Grows with each failure in a row, and is spread by chance so that many shards do not come back together. */
    Duration afterFailure() {
        long grown = FIRST_BACK_OFF.toMillis() << Math.min(failures++, 16);
        long backOff = Math.min(grown, LONGEST_BACK_OFF.toMillis());
        return Duration.ofMillis(backOff / 2 + random.nextLong(backOff / 2 + 1));
    }

    /** How many reads in a row failed. */
    int failures() {
        return failures;
    }
}
