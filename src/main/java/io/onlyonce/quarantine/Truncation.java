package io.onlyonce.quarantine;

import io.onlyonce.quarantine.QuarantinedRecord.Failure;
import io.onlyonce.stream.StreamRecord;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Makes a record fit into an item, so that it can be set aside whatever it holds. What is left out, in this order, until the rest fits: the old image; as much of the stack trace as is too much; the new
 * image, and then the stack trace may stay. An image that is nested as deep as an item allows does not fit either, because as an attribute of another item it is one level deeper.
 */
final class Truncation {

    /** An item holds 400 KB. The distance covers what DynamoDB may count otherwise than {@link ItemSize}. */
    static final int LARGEST_ITEM = (400 - 8) * 1024;

    /** DynamoDB allows 32 levels for an attribute of an item, its own value included; the image takes one of them. */
    private static final int DEEPEST_IMAGE_ATTRIBUTE = 31;

    /** Of each text that stays when even a record without images is too large. */
    private static final int LONGEST_TEXT = 64 * 1024;

    private Truncation() {}

    static QuarantinedRecord fit(String consumer, QuarantinedRecord whole) {
        StreamRecord record = whole.record();
        Failure failure = whole.failure();
        String key = whole.deduplicationKey();
        var newImage = storable(record.newImage());
        var oldImage = storable(record.oldImage());

        boolean complete = newImage == record.newImage() && oldImage == record.oldImage();
        QuarantinedRecord fitting = complete ? whole : truncated(whole, newImage, oldImage, key, failure);
        if (excess(consumer, fitting) > 0) {
            fitting = truncated(whole, newImage, null, key, failure);
        }
        int excess = excess(consumer, fitting);
        int stackTrace = ItemSize.of(failure.stackTrace());
        if (excess > 0 && excess <= stackTrace) {
            var shortened = failure(failure, failure.message(), cut(failure.stackTrace(), stackTrace - excess));
            fitting = truncated(whole, newImage, null, key, shortened);
        } else if (excess > 0) {
            fitting = truncated(whole, null, null, key, failure);
        }
        if (excess(consumer, fitting) > 0) {
            // Without its image the record is never delivered from here, so not even its key must be whole.
            var shortened =
                    failure(failure, cut(failure.message(), LONGEST_TEXT), cut(failure.stackTrace(), LONGEST_TEXT));
            fitting = truncated(whole, null, null, cut(key, LONGEST_TEXT), shortened);
        }
        return fitting;
    }

    private static int excess(String consumer, QuarantinedRecord record) {
        return ItemSize.of(QuarantineItems.write(consumer, record)) - LARGEST_ITEM;
    }

    private static QuarantinedRecord truncated(
            QuarantinedRecord whole,
            @Nullable Map<String, AttributeValue> newImage,
            @Nullable Map<String, AttributeValue> oldImage,
            String deduplicationKey,
            Failure failure) {
        StreamRecord record = whole.record();
        return new QuarantinedRecord(
                whole.id(),
                whole.table(),
                whole.shardId(),
                new StreamRecord(
                        record.streamArn(),
                        record.eventId(),
                        record.eventName(),
                        record.sequenceNumber(),
                        record.createdAt(),
                        record.keys(),
                        newImage,
                        oldImage),
                deduplicationKey,
                whole.contentHash(),
                whole.completedListeners(),
                whole.failedListeners(),
                failure,
                whole.attempts(),
                whole.firstAttemptAt(),
                whole.firstQuarantinedAt(),
                whole.lastAttemptAt(),
                true);
    }

    private static Failure failure(Failure whole, String message, String stackTrace) {
        return new Failure(whole.listener(), whole.exceptionClass(), message, stackTrace);
    }

    /** Cuts between two characters. */
    private static String cut(String text, int maxBytes) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= maxBytes) {
            return text;
        }
        int end = maxBytes;
        while (end > 0 && (bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    private static @Nullable Map<String, AttributeValue> storable(@Nullable Map<String, AttributeValue> image) {
        return image == null || depth(image.values()) <= DEEPEST_IMAGE_ATTRIBUTE ? image : null;
    }

    private static int depth(Collection<AttributeValue> values) {
        int deepest = 0;
        for (AttributeValue value : values) {
            Collection<AttributeValue> nested = value.hasM() ? value.m().values() : value.l();
            deepest = Math.max(deepest, 1 + depth(nested));
        }
        return deepest;
    }
}
