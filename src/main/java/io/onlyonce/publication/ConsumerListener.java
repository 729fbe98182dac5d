package io.onlyonce.publication;

import io.onlyonce.DuplicateDropped;
import io.onlyonce.GapDetected;
import io.onlyonce.RecordQuarantined;
import io.onlyonce.ShardCompleted;
import io.onlyonce.stream.EventName;
import io.onlyonce.stream.ShardId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Watches a consumer; meters and counts hang on it. Every bean of this type is told. Called on worker threads, several at a time, so implementations are quick and thread-safe. What one throws is logged
 * and changes nothing.
 */
public interface ConsumerListener {

    /** How a record ended. */
    enum RecordOutcome {
        /** Every listener completed. */
        PROCESSED,
        /** A duplicate of any kind. */
        DUPLICATE,
        /** Of no interest: a removal, or a rewrite that was counted before. */
        SKIPPED,
        /** Set aside after the last attempt. */
        QUARANTINED
    }

    /** How a read of a shard ended. */
    enum PollResult {
        /** With records. */
        RECORDS,
        /** Without records. */
        EMPTY,
        /** Throttled by AWS. */
        THROTTLED,
        /** The shard iterator had expired. */
        EXPIRED,
        /** The position had been trimmed. */
        TRIMMED,
        /** Any other error. */
        FAILED
    }

    /** How a call of a listener ended. */
    enum CallOutcome {
        SUCCESS,
        FAILURE,
        /** The listener's filter did not let the item pass, which completes it as well. */
        FILTERED
    }

    /** Operation of the ledger, as metered. */
    enum LedgerOperation {
        CLAIM,
        TAKE_OVER,
        RELEASE,
        SAVE_PROGRESS,
        COMPLETE,
        COMMIT,
        QUARANTINE,
        REDRIVE
    }

    /** A record reached its end, and its end is in the ledger where it needs one. */
    default void recordFinished(String table, EventName event, RecordOutcome outcome) {}

    /** A duplicate was dropped; {@link #recordFinished} follows. */
    default void duplicateDropped(DuplicateDropped duplicate) {}

    /** A new item was processed; the time since DynamoDB recorded it, up to a second too long because AWS rounds down. Not told of backfilled items, of which that is not known. */
    default void itemDelivered(String table, Duration sinceCreation) {}

    /** A backfill has read items from the table. */
    default void backfillScanned(String table, int items) {}

    /** A backfilled item reached its end; {@link #recordFinished} is told as well. */
    default void backfillFinished(String table, RecordOutcome outcome) {}

    /** Told how a call of a listener ended, on the thread that made it. */
    @FunctionalInterface
    interface CallEnd {

        /** For whoever does not want to know. */
        CallEnd IGNORED = failure -> {};

        /** The call ended; {@code failure} is absent if all is well. */
        void ended(@Nullable Throwable failure);
    }

    /** A listener is about to be called on this thread. What is answered is told how the call ended, on this thread as well, so that a span can be opened here and closed there. */
    default CallEnd listenerStarts(String table, ShardId shardId, String eventId, String listener) {
        return CallEnd.IGNORED;
    }

    /** A listener returned, normally or not. */
    default void listenerCalled(String table, String listener, CallOutcome outcome, Duration duration) {}

    /** A listener failed and will be called again. */
    default void retryScheduled(String table, String listener) {}

    /** A record was set aside; {@link #recordFinished} follows. */
    default void recordQuarantined(RecordQuarantined quarantined) {}

    /** Records may have been lost. */
    default void gapDetected(GapDetected gap) {}

    /** A shard was processed to its end. */
    default void shardCompleted(ShardCompleted completed) {}

    /** A shard was read. */
    default void polled(String table, PollResult result) {}

    /** The ledger was called. */
    default void ledgerCalled(String table, LedgerOperation operation, boolean success, Duration duration) {}
}
