package io.onlyonce.engine;

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
public record Clocks(Clock wall, LongSupplier nanoTime) {

    /** Now, by the wall clock. */
    public Instant now() {
        return wall.instant();
    }

    /** Now, by the clock that never jumps. */
    public long nanos() {
        return nanoTime.getAsLong();
    }

    /** Time that has passed since a moment of that clock. */
    public Duration since(long nanos) {
        return Duration.ofNanos(nanos() - nanos);
    }

    /** Age of a moment by the clock of AWS; never negative, whatever the two clocks think of each other. */
    public Duration since(Instant moment) {
        var age = Duration.between(moment, now());
        return age.isNegative() ? Duration.ZERO : age;
    }
}
