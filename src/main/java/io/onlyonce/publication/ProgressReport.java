package io.onlyonce.publication;

import io.onlyonce.stream.Position;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a callback what has happened, one call at a time and only the latest position, without making the teller wait. */
final class ProgressReport {

    private static final Logger log = LoggerFactory.getLogger(ProgressReport.class);

    private final ShardDelivery.Callback callback;
    private final Executor executor;
    private Position.@Nullable After position;
    private boolean lossUntold;
    private boolean lossTold;
    private @Nullable CompletableFuture<Void> closing;
    private boolean telling;

    ProgressReport(ShardDelivery.Callback callback, Executor executor) {
        this.callback = callback;
        this.executor = executor;
    }

    synchronized void progressed(Position.After newPosition) {
        position = newPosition;
        tell();
    }

    synchronized void claimLost() {
        lossUntold = !lossTold;
        tell();
    }

    /** Completes a future after everything else has been told. */
    synchronized void finish(CompletableFuture<Void> future) {
        closing = future;
        tell();
    }

    private void tell() {
        if (!telling) {
            telling = true;
            executor.execute(this::run);
        }
    }

    private void run() {
        Runnable next = next();
        while (next != null) {
            try {
                next.run();
            } catch (RuntimeException | Error e) {
                // The checkpoint stays where it was, so nothing is lost; the next position is told all the same.
                log.error("Progress of a shard could not be recorded", e);
            }
            next = next();
        }
    }

    private synchronized @Nullable Runnable next() {
        Position.After reached = position;
        if (reached != null) {
            position = null;
            return () -> callback.progressed(reached);
        }
        if (lossUntold) {
            lossUntold = false;
            lossTold = true;
            return callback::claimLost;
        }
        CompletableFuture<Void> future = closing;
        if (future != null) {
            closing = null;
            return () -> future.complete(null);
        }
        telling = false;
        return null;
    }
}
