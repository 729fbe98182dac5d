package io.onlyonce.publication;

import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.EvaluationContext;
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

    // Restricted: no types, constructors or bean references, because the expression runs over data that others wrote.
    // Attributes only: as a bean, every map would have the property "empty".
    private static final EvaluationContext CONTEXT = SimpleEvaluationContext.forPropertyAccessors(
                    new MapAccessor(false))
            .withInstanceMethods()
            .build();

    private final SpelExpression expression;

    /**
     * Parses an expression.
     *
     * @throws org.springframework.expression.ParseException if it is none
     */
    public ItemExpression(String text) {
        this.expression = PARSER.parseRaw(text);
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
        Map<String, Object> root = PlainValues.of(image);
        return expression.getValue(CONTEXT, root);
    }

    /** The expression as it was written. */
    @Override
    public String toString() {
        return expression.getExpressionString();
    }
}
