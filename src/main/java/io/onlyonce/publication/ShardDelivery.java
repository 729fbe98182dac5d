package io.onlyonce.publication;

import io.onlyonce.stream.Position;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Delivers the records of one open shard, in order. No method blocks; the work is done on the consumer's worker threads, and nothing that waits (a back-off, a concurrent duplicate, an unavailable ledger) holds a
 * thread. All methods may be called from any thread.
 */
public interface ShardDelivery {

    /** Told of what happens. Called on worker threads, one call at a time, never from within a method of the delivery. */
    interface Callback {

        /** Every record up to {@code position} has reached its end, and its end is in the ledger. */
        void progressed(Position.After position);

        /**
         * Another process has taken over a record in hand, so the shard may be held elsewhere. The delivery has stopped; close it, make sure that the shard is still held here, and open it anew from the checkpoint.
         */
        void claimLost();
    }

    /** Appends the records of a page. The caller bounds what is unfinished: it offers the next page when {@link #unfinished()} permits. */
    void offer(List<StreamRecord> records);

    /** Counts records that were offered before, because a page was read twice: they need no delivery. */
    void passOver(List<StreamRecord> records);

    /** How many offered records have not reached their end. */
    int unfinished();

    /** Creation time of the oldest record that has not reached its end; absent if there is none. */
    @Nullable Instant oldestUnfinished();

    /** What keeps the delivery from going on (a failing listener, an unavailable ledger, a duplicate in progress elsewhere), in words for an operator; absent if nothing does. */
    @Nullable String problem();

    /** For how long the listener in hand has been running; zero if none is. */
    Duration runningFor();

    /**
     * Begins no further record, lets the running listeners return, writes their completions and releases what was claimed and not begun. The future completes when that is done; progress is reported until then.
     * Idempotent.
     */
    CompletableFuture<Void> close();
}
