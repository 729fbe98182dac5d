package io.onlyonce.actuate;

import io.onlyonce.quarantine.QuarantinedRecord;
import java.time.Instant;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Quarantined record in full.
 *
 * @param keys primary key of the item, in {@linkplain DynamoDbJson DynamoDB's own JSON}, as are the images
 * @param newImage item as it was inserted; absent if the stream carries no images or it was too large to be stored
 * @param oldImage item before; absent for an item that was new
 */
record QuarantinedRecordDescriptor(
        String id,
        String table,
        String streamArn,
        String eventId,
        String eventName,
        String shardId,
        String sequenceNumber,
        Instant createdAt,
        Map<String, Object> keys,
        @Nullable Map<String, Object> newImage,
        @Nullable Map<String, Object> oldImage,
        String deduplicationKey,
        SortedSet<String> completedListeners,
        SortedSet<String> failedListeners,
        FailureDescriptor failure,
        String stackTrace,
        int attempts,
        Instant firstAttemptAt,
        Instant quarantinedAt,
        Instant lastAttemptAt,
        boolean truncated)
        implements OperationResponseBody {

    static QuarantinedRecordDescriptor of(QuarantinedRecord quarantined) {
        var record = quarantined.record();
        return new QuarantinedRecordDescriptor(
                quarantined.id(),
                quarantined.table(),
                record.streamArn(),
                record.eventId(),
                record.eventName().name(),
                quarantined.shardId().value(),
                record.sequenceNumber().digits(),
                record.createdAt(),
                DynamoDbJson.of(record.keys()),
                record.newImage() == null ? null : DynamoDbJson.of(record.newImage()),
                record.oldImage() == null ? null : DynamoDbJson.of(record.oldImage()),
                quarantined.deduplicationKey(),
                new TreeSet<>(quarantined.completedListeners()),
                new TreeSet<>(quarantined.failedListeners()),
                FailureDescriptor.of(quarantined.failure()),
                quarantined.failure().stackTrace(),
                quarantined.attempts(),
                quarantined.firstAttemptAt(),
                quarantined.firstQuarantinedAt(),
                quarantined.lastAttemptAt(),
                quarantined.truncated());
    }
}
