package io.onlyonce.publication;

import io.onlyonce.stream.StreamRecord;
import org.jspecify.annotations.Nullable;

/** The configured expression gives no deduplication key for a record. Trying again would not help. What the evaluation said stays with the cause, because it may quote the item. */
final class DeduplicationKeyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    DeduplicationKeyException(
            StreamRecord record, ItemExpression expression, String reason, @Nullable Throwable cause) {
        super(
                "No deduplication key for event %s: expression '%s' of onlyonce.streams.<table>.key, %s"
                        .formatted(record.eventId(), expression, reason),
                cause);
    }
}
