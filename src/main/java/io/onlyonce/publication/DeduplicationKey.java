package io.onlyonce.publication;

import io.onlyonce.stream.StreamRecord;

/** Under which key records of a table count as the same; the property {@code onlyonce.streams.<table>.key}. */
public sealed interface DeduplicationKey permits DeduplicationKey.EventId, DeduplicationKey.ItemKey, ExpressionKey {

    /**
     * Key of a record.
     *
     * @throws RuntimeException if the record has none, for example because an expression does not fit its image
     */
    String of(StreamRecord record);

    /** Whether it reads the new image, which the stream must then carry. */
    default boolean needsNewImage() {
        return false;
    }

    /**
     * Reads the value of the property.
     *
     * @param text {@code event-id}, {@code item-key} or a SpEL expression over the new image
     * @throws org.springframework.expression.ParseException if it is none of these
     */
    static DeduplicationKey parse(String text) {
        return switch (text) {
            case "event-id" -> new EventId();
            case "item-key" -> new ItemKey();
            default -> new ExpressionKey(text);
        };
    }

    /** Each INSERT counts for itself: only redeliveries of it are duplicates. */
    record EventId() implements DeduplicationKey {
        @Override
        public String of(StreamRecord record) {
            return record.eventId();
        }
    }

    /** Items with the same primary key count as the same, also after a deletion. */
    record ItemKey() implements DeduplicationKey {
        @Override
        public String of(StreamRecord record) {
            return ItemKeys.text(record.keys());
        }
    }
}
