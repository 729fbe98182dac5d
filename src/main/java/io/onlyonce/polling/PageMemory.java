package io.onlyonce.polling;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;

/** What the pages of all shards take of the heap while their records are in hand, and how much of it they may take. */
final class PageMemory {

    /** Objects of a record and of its delivery, and of each attribute, besides their content; measured: 1.4 KB for five attributes, 4.1 KB for 25. */
    private static final int RECORD = 1_000;

    private static final int ATTRIBUTE = 160;

    /** A page that is being read counts as if it had a megabyte, the most that DynamoDB sends, in records of a dozen attributes. */
    private static final int UNREAD_RECORD = 3_000;

    private static final int UNREAD_CONTENT = 1 << 20;

    private final long capacity;
    private final AtomicLong taken = new AtomicLong();

    /** With so many bytes for all pages. */
    PageMemory(long capacity) {
        this.capacity = capacity;
    }

    /** About how many bytes the records of a page take. */
    static long of(List<Record> page) {
        long bytes = 0;
        for (Record each : page) {
            var change = each.dynamodb();
            bytes += RECORD
                    + Objects.requireNonNullElse(change.sizeBytes(), 0L)
                    + attributes(change.keys())
                    + attributes(change.newImage())
                    + attributes(change.oldImage());
        }
        return bytes;
    }

    private static long attributes(Map<String, AttributeValue> attributes) {
        long bytes = 0;
        for (AttributeValue value : attributes.values()) {
            bytes += attribute(value);
        }
        return bytes;
    }

    private static long attribute(AttributeValue value) {
        long bytes = ATTRIBUTE + attributes(value.m());
        for (AttributeValue element : value.l()) {
            bytes += attribute(element);
        }
        return bytes;
    }

    /** The most that a page of so many records is expected to take. */
    static long ofUnread(int records) {
        return (long) records * UNREAD_RECORD + UNREAD_CONTENT;
    }

    /** Takes the bytes, unless that is more than there is. */
    boolean tryTake(long bytes) {
        if (taken.addAndGet(bytes) <= capacity) {
            return true;
        }
        giveBack(bytes);
        return false;
    }

    /** Takes the bytes, also beyond what there is. */
    void take(long bytes) {
        taken.addAndGet(bytes);
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }
}
