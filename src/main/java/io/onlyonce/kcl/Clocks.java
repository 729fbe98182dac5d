package io.onlyonce.kcl;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * The two kinds of time.
 *
 * @param wall compared with moments that AWS reports; may jump
 * @param nanoTime measures durations; never jumps
 */
record Clocks(Clock wall, LongSupplier nanoTime) {

    Instant now() {
        return wall.instant();
    }

    long nanos() {
        return nanoTime.getAsLong();
    }

    Duration since(long nanos) {
        return Duration.ofNanos(nanos() - nanos);
    }

    /** Age of a moment by the clock of AWS; never negative, whatever the two clocks think of each other. */
    Duration since(Instant moment) {
        var age = Duration.between(moment, now());
        return age.isNegative() ? Duration.ZERO : age;
    }
}
