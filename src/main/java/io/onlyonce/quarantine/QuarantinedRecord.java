package io.onlyonce.quarantine;

import io.onlyonce.stream.ShardId;
import io.onlyonce.stream.StreamRecord;
import java.time.Instant;
import java.util.Set;

/**
 * A record that was set aside, with all that is needed to deliver it again.
 *
 * @param id identifier, the same however often the record is set aside
 * @param table name of the table
 * @param shardId shard from which it was read
 * @param record the record; without images when they did not fit
 * @param deduplicationKey key under which it stands in the ledger
 * @param contentHash hash of its content, as in its claim
 * @param completedListeners listeners that have completed
 * @param failedListeners listeners that have not
 * @param failure last exception
 * @param attempts failed attempts
 * @param firstAttemptAt when the delivery that gave it up began; one that another process began earlier is not known
 * @param firstQuarantinedAt when it was first set aside
 * @param lastAttemptAt when it was last tried
 * @param truncated whether something was left out because a DynamoDB item holds 400 KB
 */
public record QuarantinedRecord(
        String id,
        String table,
        ShardId shardId,
        StreamRecord record,
        String deduplicationKey,
        String contentHash,
        Set<String> completedListeners,
        Set<String> failedListeners,
        Failure failure,
        int attempts,
        Instant firstAttemptAt,
        Instant firstQuarantinedAt,
        Instant lastAttemptAt,
        boolean truncated) {

    /**
     * Why a record was set aside.
     *
     * @param listener listener that threw
     * @param exceptionClass class of what it threw
     * @param message its message
     * @param stackTrace its stack trace, bounded
     */
    public record Failure(String listener, String exceptionClass, String message, String stackTrace) {}
}
