package io.onlyonce.publication;

import java.math.BigDecimal;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.PropertyAccessor;
import org.springframework.expression.TypedValue;
import org.springframework.expression.spel.SpelCompilerMode;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.SpelParserConfiguration;
import org.springframework.expression.spel.ast.Assign;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.OpDec;
import org.springframework.expression.spel.ast.OpInc;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.MapAccessor;
import org.springframework.expression.spel.support.SimpleEvaluationContext;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** SpEL expression over an item, whose root is the new image as plain values: {@code customer.id + '/' + orderNumber}. */
public final class ItemExpression {

    private static final SpelExpressionParser PARSER =
            new SpelExpressionParser(new SpelParserConfiguration(SpelCompilerMode.OFF, null));

    // Attributes only: as a bean, every map would have the property "empty".
    private static final PropertyAccessor ATTRIBUTES = new MapAccessor(false);

    /** As {@link #ATTRIBUTES}, but knows every name. */
    private static final PropertyAccessor ATTRIBUTES_OR_NULL = new MapAccessor(false) {

        @Override
        public boolean canRead(EvaluationContext context, @Nullable Object target, String name) {
            return target instanceof Map;
        }

        @Override
        public TypedValue read(EvaluationContext context, @Nullable Object target, String name) {
            return new TypedValue(target instanceof Map<?, ?> item ? item.get(name) : null);
        }
    };

    private final SpelExpression expression;
    private final EvaluationContext context;
    private final PlainValues values;

    private ItemExpression(String text, PropertyAccessor attributes, PlainValues values) {
        this.expression = PARSER.parseRaw(text);
        // Restricted: no types, constructors or bean references, because the expression runs over data that others
        // wrote.
        this.context = SimpleEvaluationContext.forPropertyAccessors(attributes)
                .withInstanceMethods()
                .build();
        this.values = values;
    }

    /**
     * Expression that gives a key. Numbers stay text, as DynamoDB wrote them: no precision is lost and a key does not depend on a number format. An attribute that is absent has no value, so that it fails.
     *
     * @throws org.springframework.expression.ParseException if the text is no expression
     */
    public static ItemExpression forKey(String text) {
        return new ItemExpression(text, ATTRIBUTES, new PlainValues(number -> number));
    }

    /**
     * Expression that compares. Numbers are numbers, and an attribute that is absent is null.
     *
     * @throws org.springframework.expression.ParseException if the text is no expression
     */
    public static ItemExpression forComparison(String text) {
        return new ItemExpression(text, ATTRIBUTES_OR_NULL, new PlainValues(BigDecimal::new));
    }

    /** Whether it changes an attribute, which fails for every item: {@code =} is easily written for {@code ==}. */
    public boolean assigns() {
        return hasAny(Assign.class, OpInc.class, OpDec.class);
    }

    /** Whether it uses a class or a bean, which fails for every item. */
    public boolean reachesBeyondTheItem() {
        return hasAny(TypeReference.class, ConstructorReference.class, BeanReference.class);
    }

    /** Whether it has one value for all items, as a text in quotes has. */
    public boolean isConstant() {
        return !hasAny(PropertyOrFieldReference.class, Indexer.class, MethodReference.class, VariableReference.class);
    }

    private boolean hasAny(Class<?>... kinds) {
        return nodes(expression.getAST()).anyMatch(node -> Stream.of(kinds).anyMatch(kind -> kind.isInstance(node)));
    }

    private static Stream<SpelNode> nodes(SpelNode node) {
        return Stream.concat(
                Stream.of(node),
                IntStream.range(0, node.getChildCount())
                        .mapToObj(node::getChild)
                        .flatMap(ItemExpression::nodes));
    }

    /**
     * Its value for an item.
     *
     * @throws RuntimeException if it does not fit the item; the message may quote it
     */
    public @Nullable Object valueOf(Map<String, AttributeValue> image) {
        Map<String, Object> root = values.of(image);
        return expression.getValue(context, root);
    }

    /** The expression as it was written. */
    @Override
    public String toString() {
        return expression.getExpressionString();
    }
}
