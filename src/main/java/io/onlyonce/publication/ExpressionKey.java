package io.onlyonce.publication;

import io.onlyonce.stream.StreamRecord;
import java.util.Base64;

/** Key by a SpEL expression, whose root is the new image as plain values: {@code customer.id + '/' + orderNumber}. */
final class ExpressionKey implements DeduplicationKey {

    private final ItemExpression expression;

    ExpressionKey(String text) {
        this.expression = ItemExpression.forKey(text);
    }

    @Override
    public String of(StreamRecord record) {
        var image = record.newImage();
        if (image == null) {
            throw new DeduplicationKeyException(record, expression, "the record has no new image", null);
        }
        Object value;
        try {
            value = expression.valueOf(image);
        } catch (RuntimeException e) {
            throw new DeduplicationKeyException(record, expression, "it failed", e);
        }
        if (value == null) {
            throw new DeduplicationKeyException(record, expression, "it gave no value", null);
        }
        String text = text(record, value);
        if (text.isEmpty()) {
            throw new DeduplicationKeyException(record, expression, "it gave an empty text", null);
        }
        return text;
    }

    /** Only what is equal whenever its text is: the text of an array, a set or a map may change from one read to the next. */
    private String text(StreamRecord record, Object value) {
        if (value instanceof byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        }
        if (value instanceof String || value instanceof Number || value instanceof Boolean) {
            return value.toString();
        }
        throw new DeduplicationKeyException(
                record, expression, "it gave a " + value.getClass().getSimpleName() + ", which cannot be a key", null);
    }

    @Override
    public boolean needsNewImage() {
        return true;
    }

    @Override
    public String toString() {
        return expression.toString();
    }
}
