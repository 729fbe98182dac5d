package io.onlyonce.polling;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Spreads calls over time: a burst at once, then one at each interval. Shared by all tables. */
final class Pace {

    /** For DescribeStream, which AWS limits to ten calls a second in an account and Region: never more than nine in any second. */
    static Pace ofDescribeStream(LongSupplier nanoTime) {
        return new Pace(4, Duration.ofMillis(200), nanoTime);
    }

    private final long intervalNanos;
    private final long burstNanos;
    private final LongSupplier nanoTime;
    private long nextSlot;

    Pace(int burst, Duration interval, LongSupplier nanoTime) {
        this.intervalNanos = interval.toNanos();
        this.burstNanos = (burst - 1) * intervalNanos;
        this.nanoTime = nanoTime;
        this.nextSlot = nanoTime.getAsLong() - burstNanos;
    }

    /** Reserves a call; the caller makes it after the returned delay. */
    synchronized Duration reserve() {
        long now = nanoTime.getAsLong();
        long slot = nextSlot - now < -burstNanos ? now - burstNanos : nextSlot;
        nextSlot = slot + intervalNanos;
        return Duration.ofNanos(Math.max(0, slot - now));
    }
}
