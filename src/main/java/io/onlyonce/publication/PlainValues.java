package io.onlyonce.publication;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Images as plain Java values, for expressions.
 *
 * @param number what becomes of a number, which DynamoDB writes as text
 */
record PlainValues(Function<String, Object> number) {

    Map<String, Object> of(Map<String, AttributeValue> image) {
        Map<String, Object> plain = new LinkedHashMap<>();
        image.forEach((name, value) -> {
            Object plainValue = of(value);
            if (plainValue != null) {
                plain.put(name, plainValue);
            }
        });
        return plain;
    }

    private @Nullable Object of(AttributeValue value) {
        return switch (value.type()) {
            case S -> value.s();
            case N -> number.apply(value.n());
            case BOOL -> value.bool();
            case B -> value.b().asByteArray();
            case SS -> value.ss();
            case NS -> value.ns().stream().map(number).toList();
            case BS -> value.bs();
            case M -> of(value.m());
            case L -> value.l().stream().map(this::of).toList();
            case NUL, UNKNOWN_TO_SDK_VERSION -> null;
        };
    }
}
