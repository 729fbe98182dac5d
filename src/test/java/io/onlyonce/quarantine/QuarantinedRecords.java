package io.onlyonce.quarantine;

import io.onlyonce.quarantine.QuarantinedRecord.Failure;
import io.onlyonce.stream.EventName;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import io.onlyonce.stream.StreamRecord;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Quarantined records for tests. */
public final class QuarantinedRecords {

    public static final Instant CREATED_AT = Instant.parse("2026-07-14T10:15:00Z");
    public static final Failure FAILURE = new Failure(
            "OrderListener.on",
            "java.lang.IllegalStateException",
            "Out of stock",
            "java.lang.IllegalStateException: Out of stock\n\tat OrderListener.on");

    private QuarantinedRecords() {}

    /** A record with a small image. */
    public static QuarantinedRecord quarantined(String table, String sequenceNumber) {
        return quarantined(table, record(sequenceNumber, CREATED_AT), FAILURE);
    }

    public static QuarantinedRecord quarantined(String table, StreamRecord record, Failure failure) {
        return new QuarantinedRecord(
                QuarantineId.of(table, record),
                table,
                new ShardId("shardId-00000001"),
                record,
                record.eventId(),
                "",
                Set.of("AuditListener.on"),
                Set.of("OrderListener.on", "StockListener.on"),
                failure,
                5,
                Instant.parse("2026-07-14T10:15:59Z"),
                Instant.parse("2026-07-14T10:16:01.5Z"),
                Instant.parse("2026-07-14T10:16:01.5Z"),
                false);
    }

    public static StreamRecord record(String sequenceNumber, Instant createdAt) {
        return record(sequenceNumber, createdAt, Map.of("id", AttributeValue.fromS("order " + sequenceNumber)), null);
    }

    public static StreamRecord record(
            String sequenceNumber,
            Instant createdAt,
            @Nullable Map<String, AttributeValue> newImage,
            @Nullable Map<String, AttributeValue> oldImage) {
        return new StreamRecord(
                "arn:aws:dynamodb:eu-central-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000",
                "event-" + sequenceNumber,
                EventName.INSERT,
                new SequenceNumber(sequenceNumber),
                createdAt,
                Map.of("id", AttributeValue.fromS("order " + sequenceNumber)),
                newImage,
                oldImage);
    }
}
