package io.onlyonce.quarantine;

import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A {@link QuarantinedRecord} without what makes it large: images and stack trace.
 *
 * @param id identifier, the same however often the record is set aside
 * @param table name of the table
 * @param eventId identifier of the change
 * @param shardId shard from which it was read
 * @param sequenceNumber place of the record in its shard
 * @param keys primary key of the item
 * @param deduplicationKey key under which it stands in the ledger
 * @param failedListeners listeners that have not completed
 * @param exceptionClass class of the last exception
 * @param message message of the last exception
 * @param attempts failed attempts
 * @param firstQuarantinedAt when it was first set aside
 * @param lastAttemptAt when it was last tried
 * @param truncated whether something was left out because a DynamoDB item holds 400 KB
 */
public record QuarantineSummary(
        String id,
        String table,
        String eventId,
        ShardId shardId,
        SequenceNumber sequenceNumber,
        Map<String, AttributeValue> keys,
        String deduplicationKey,
        Set<String> failedListeners,
        String exceptionClass,
        String message,
        int attempts,
        Instant firstQuarantinedAt,
        Instant lastAttemptAt,
        boolean truncated) {}
