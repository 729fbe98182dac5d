package io.onlyonce.publication;

import io.onlyonce.stream.StreamRecord;
import java.util.Base64;
import java.util.Map;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.Expression;
import org.springframework.expression.spel.SpelCompilerMode;
import org.springframework.expression.spel.SpelParserConfiguration;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.MapAccessor;
import org.springframework.expression.spel.support.SimpleEvaluationContext;

/** Key by a SpEL expression, whose root is the new image as plain values: {@code customer.id + '/' + orderNumber}. */
final class ExpressionKey implements DeduplicationKey {

    private static final SpelExpressionParser PARSER =
            new SpelExpressionParser(new SpelParserConfiguration(SpelCompilerMode.OFF, null));

    // Restricted: no types, constructors or bean references, because the expression runs over data that others wrote.
    // Attributes only: as a bean, every map would have the property "empty".
    private static final EvaluationContext CONTEXT = SimpleEvaluationContext.forPropertyAccessors(
                    new MapAccessor(false))
            .withInstanceMethods()
            .build();

    private final Expression expression;

    ExpressionKey(String text) {
        this.expression = PARSER.parseExpression(text);
    }

    @Override
    public String of(StreamRecord record) {
        var image = record.newImage();
        if (image == null) {
            throw new DeduplicationKeyException(record, expression, "the record has no new image", null);
        }
        Object value;
        try {
            Map<String, Object> root = PlainValues.of(image);
            value = expression.getValue(CONTEXT, root);
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
        return expression.getExpressionString();
    }
}
