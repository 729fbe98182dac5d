package io.onlyonce.publication;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.Expression;
import org.springframework.expression.spel.SpelCompilerMode;
import org.springframework.expression.spel.SpelParserConfiguration;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.MapAccessor;
import org.springframework.expression.spel.support.SimpleEvaluationContext;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** SpEL expression over an item, whose root is the new image as plain values: {@code customer.id + '/' + orderNumber}. */
public final class ItemExpression {

    private static final SpelExpressionParser PARSER =
            new SpelExpressionParser(new SpelParserConfiguration(SpelCompilerMode.OFF, null));

    // Restricted: no types, constructors or bean references, because the expression runs over data that others wrote.
    // Attributes only: as a bean, every map would have the property "empty".
    private static final EvaluationContext CONTEXT = SimpleEvaluationContext.forPropertyAccessors(
                    new MapAccessor(false))
            .withInstanceMethods()
            .build();

    private final Expression expression;

    /**
     * Parses an expression.
     *
     * @throws org.springframework.expression.ParseException if it is none
     */
    public ItemExpression(String text) {
        this.expression = PARSER.parseExpression(text);
    }

    /**
     * Its value for an item.
     *
     * @throws RuntimeException if it does not fit the item; the message may quote it
     */
    public @Nullable Object valueOf(Map<String, AttributeValue> image) {
        Map<String, Object> root = PlainValues.of(image);
        return expression.getValue(CONTEXT, root);
    }

    /** The expression as it was written. */
    @Override
    public String toString() {
        return expression.getExpressionString();
    }
}
