package io.onlyonce.publication;

import io.onlyonce.stream.EventName;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import io.onlyonce.stream.StreamRecord;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Stream records by a number, which is their event id and their place in the shard. */
final class TestRecords {

    static final Instant CREATED = Instant.parse("2025-12-31T23:59:00Z");

    private TestRecords() {}

    static ShardId shard(String name) {
        return new ShardId("shardId-" + name);
    }

    /** Insert of an item of its own. */
    static StreamRecord insert(int number) {
        return insert(number, "item-" + number);
    }

    static StreamRecord insert(int number, String item) {
        return insert(number, item, Map.of());
    }

    /** Insert of an item with further attributes. */
    static StreamRecord insert(int number, String item, Map<String, AttributeValue> attributes) {
        var image = new HashMap<>(attributes);
        image.putAll(key(item));
        return record(number, EventName.INSERT, key(item), image);
    }

    static List<StreamRecord> inserts(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(TestRecords::insert).toList();
    }

    static StreamRecord modify(int number, String item) {
        return record(number, EventName.MODIFY, key(item), key(item));
    }

    static StreamRecord remove(int number, String item) {
        return record(number, EventName.REMOVE, key(item), null);
    }

    static String eventId(int number) {
        return "event-" + number;
    }

    private static StreamRecord record(
            int number, EventName name, Map<String, AttributeValue> keys, Map<String, AttributeValue> newImage) {
        return new StreamRecord(
                "arn:aws:dynamodb:eu-central-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000",
                eventId(number),
                name,
                new SequenceNumber("%021d".formatted(number)),
                CREATED.plusSeconds(number),
                keys,
                newImage,
                null);
    }

    private static Map<String, AttributeValue> key(String item) {
        return Map.of("id", AttributeValue.fromS(item));
    }
}
