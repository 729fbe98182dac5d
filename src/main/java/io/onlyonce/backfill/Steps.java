package io.onlyonce.backfill;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes the steps of a backfill one at a time, on whichever thread. A step may call DynamoDB, so that nobody who is in a hurry waits for his turn. */
final class Steps {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ScanContext context;
    private final Runnable due;
    private final ReentrantLock turn = new ReentrantLock();
    private @Nullable ScheduledFuture<?> next;

    /** Steps of which the one that {@link #later} plans is {@code due}. */
    Steps(ScanContext context, Runnable due) {
        this.context = context;
        this.due = due;
    }

    /**
     * Takes a step on this thread.
     *
     * @throws IllegalStateException if another step takes too long
     */
    <T> T take(Supplier<T> step) {
        try {
            if (!turn.tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IllegalStateException("The backfill waits for DynamoDB; ask again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the backfill", e);
        }
        try {
            return step.get();
        } finally {
            turn.unlock();
        }
    }

    /** Takes a step on another thread, which does not end with the scheduler. */
    CompletableFuture<Void> elsewhere(Runnable step) {
        return CompletableFuture.runAsync(() -> inTurn(step));
    }

    /** Plans the next step, instead of the one that was planned; to be called within a step. None follows when the scheduler has been shut down, because then the process ends. */
    void later(Duration delay) {
        if (next != null) {
            next.cancel(false);
        }
        next = context.after(delay, () -> inTurn(due));
    }

    private void inTurn(Runnable step) {
        turn.lock();
        try {
            step.run();
        } finally {
            turn.unlock();
        }
    }
}
