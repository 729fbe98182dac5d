package io.onlyonce.forward;

import io.onlyonce.ItemInserted;
import io.onlyonce.stream.SequenceNumber;
import java.time.Instant;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** An event as a listener sees it. */
record TestItem(
        Map<String, AttributeValue> keys, Map<String, AttributeValue> item, String deduplicationKey, String eventId)
        implements ItemInserted<Map<String, AttributeValue>> {

    static final String STREAM_ARN =
            "arn:aws:dynamodb:eu-central-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000";

    TestItem(Map<String, AttributeValue> keys, Map<String, AttributeValue> item, String deduplicationKey) {
        this(keys, item, deduplicationKey, "event-1");
    }

    static TestItem named(String eventId) {
        Map<String, AttributeValue> keys = Map.of("id", AttributeValue.fromS("a"));
        return new TestItem(keys, keys, "id=S:a", eventId);
    }

    @Override
    public String table() {
        return "orders";
    }

    @Override
    public String streamArn() {
        return STREAM_ARN;
    }

    @Override
    public SequenceNumber sequenceNumber() {
        return new SequenceNumber("100000000000000000007");
    }

    @Override
    public Instant createdAt() {
        return Instant.parse("2026-01-01T12:00:00Z");
    }

    @Override
    public boolean redelivered() {
        return true;
    }

    @Override
    public int attempt() {
        return 1;
    }

    @Override
    public void commitWith(TransactWriteItem... items) {
        throw new UnsupportedOperationException();
    }
}
