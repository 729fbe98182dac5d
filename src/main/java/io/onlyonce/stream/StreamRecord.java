package io.onlyonce.stream;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;

/**
 * One change of one item, as read from a shard.
 *
 * @param streamArn stream that it was read from; for a backfilled item, the table
 * @param eventId identifier of the change; the same at every read of the record
 * @param eventName what happened
 * @param sequenceNumber place of the record in its shard
 * @param createdAt when DynamoDB made the record, rounded down to the second by AWS
 * @param keys primary key of the item
 * @param newImage item after the change, absent when the view type leaves it out or the item was removed
 * @param oldImage item before the change, absent when the view type leaves it out or the item is new
 */
public record StreamRecord(
        String streamArn,
        String eventId,
        EventName eventName,
        SequenceNumber sequenceNumber,
        Instant createdAt,
        Map<String, AttributeValue> keys,
        @Nullable Map<String, AttributeValue> newImage,
        @Nullable Map<String, AttributeValue> oldImage) {

    /** What event ids of backfilled items begin with; those of streams are made of letters and digits only. */
    private static final String BACKFILL = "backfill:";

    /**
     * An item that a scan of the table has found, as if it had been inserted just now.
     *
     * @param tableArn table in which it stands
     * @param name names the item among all tables, the same whenever it is found
     * @param ordinal place in its part of the scan; below every sequence number of a stream
     * @param foundAt when it was read
     */
    public static StreamRecord backfilled(
            String tableArn,
            String name,
            long ordinal,
            Instant foundAt,
            Map<String, AttributeValue> keys,
            Map<String, AttributeValue> item) {
        var number = new SequenceNumber(Long.toString(ordinal));
        return new StreamRecord(tableArn, BACKFILL + name, EventName.INSERT, number, foundAt, keys, item, null);
    }

    /** Whether it comes from a scan of the table and not from its stream. */
    public boolean isBackfilled() {
        return isBackfilled(eventId);
    }

    /** Whether an event id is that of a backfilled item. */
    public static boolean isBackfilled(String eventId) {
        return eventId.startsWith(BACKFILL);
    }

    /** Takes over a record of the SDK without copying its images. */
    public static StreamRecord of(String streamArn, Record sdkRecord) {
        var change = sdkRecord.dynamodb();
        return new StreamRecord(
                streamArn,
                sdkRecord.eventID(),
                EventName.valueOf(sdkRecord.eventNameAsString()),
                new SequenceNumber(change.sequenceNumber()),
                change.approximateCreationDateTime(),
                change.keys(),
                change.hasNewImage() ? change.newImage() : null,
                change.hasOldImage() ? change.oldImage() : null);
    }
}
