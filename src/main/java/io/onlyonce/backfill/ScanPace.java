package io.onlyonce.backfill;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Spreads the items that all segments of a table read over time, so that no second sees more than the rate and one page. */
final class ScanPace {

    private final double nanosPerItem;
    private final LongSupplier nanoTime;
    private long nextSlot;

    ScanPace(int itemsPerSecond, LongSupplier nanoTime) {
        this.nanosPerItem = 1e9 / itemsPerSecond;
        this.nanoTime = nanoTime;
        this.nextSlot = nanoTime.getAsLong();
    }

    /** Reserves a page of at most so many items; the caller reads it after the returned delay. */
    synchronized Duration reserve(int items) {
        long now = nanoTime.getAsLong();
        long slot = nextSlot - now < 0 ? now : nextSlot;
        nextSlot = slot + nanos(items);
        return Duration.ofNanos(slot - now);
    }

    /** Gives items back that a page did not have. */
    synchronized void giveBack(int items) {
        nextSlot -= nanos(items);
    }

    private long nanos(int items) {
        return (long) (items * nanosPerItem);
    }
}
