package io.onlyonce.forward;

import io.onlyonce.ItemInserted;
import io.onlyonce.publication.FatalFailureException;
import io.onlyonce.publication.ItemExpression;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Which items a forward takes: a SpEL expression over the item. */
public final class ItemFilter {

    private final ItemExpression expression;

    /**
     * A filter.
     *
     * @throws org.springframework.expression.ParseException if the text is no expression
     */
    public ItemFilter(String text) {
        this.expression = ItemExpression.forComparison(text);
    }

    boolean accepts(ItemInserted<Map<String, AttributeValue>> event) {
        Map<String, AttributeValue> item = event.item();
        Object value;
        try {
            value = expression.valueOf(item);
        } catch (RuntimeException e) {
            throw failure(event, "it failed", e);
        }
        if (value instanceof Boolean accepted) {
            return accepted;
        }
        String what = value == null ? "no value" : "a " + value.getClass().getSimpleName();
        throw failure(event, "it gave " + what + " and not true or false", null);
    }

    private FatalFailureException failure(ItemInserted<?> event, String reason, @Nullable RuntimeException cause) {
        return new FatalFailureException(
                "Event %s neither passes nor fails the filter '%s': %s".formatted(event.eventId(), expression, reason),
                cause);
    }
}
