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

    private static final int SET_ELEMENT = 50;

    /** A record that is being read is expected to have a dozen attributes and a kilobyte: a thousand of these are the megabyte that DynamoDB sends at most. */
    private static final int UNREAD_RECORD = 4_000;

    /** Records of a page that is read although there is no memory left, so that no shard waits for another one: as many as a batch of claims has. */
    static final int SMALL_PAGE = 25;

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
        long bytes = ATTRIBUTE
                + attributes(value.m())
                + SET_ELEMENT
                        * (long) (value.ss().size()
                                + value.ns().size()
                                + value.bs().size());
        for (AttributeValue element : value.l()) {
            bytes += attribute(element);
        }
        return bytes;
    }

    /** Keeps room for a page of so many records that is to be read, unless there is none. */
    boolean tryReserve(int records) {
        if (taken.addAndGet(unread(records)) <= capacity) {
            return true;
        }
        release(records);
        return false;
    }

    /** Keeps that room no longer. */
    void release(int records) {
        giveBack(unread(records));
    }

    static long unread(int records) {
        return (long) records * UNREAD_RECORD;
    }

    /** Takes the bytes, also beyond what there is. */
    void take(long bytes) {
        taken.addAndGet(bytes);
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }
}
