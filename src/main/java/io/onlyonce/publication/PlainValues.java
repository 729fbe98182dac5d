package io.onlyonce.publication;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Images as plain Java values, for expressions. */
final class PlainValues {

    private PlainValues() {}

    static Map<String, Object> of(Map<String, AttributeValue> image) {
        Map<String, Object> plain = new LinkedHashMap<>();
        image.forEach((name, value) -> {
            Object plainValue = of(value);
            if (plainValue != null) {
                plain.put(name, plainValue);
            }
        });
        return plain;
    }

    /** Numbers stay text, as DynamoDB wrote them: no precision is lost and a key does not depend on a number format. */
    private static @Nullable Object of(AttributeValue value) {
        return switch (value.type()) {
            case S -> value.s();
            case N -> value.n();
            case BOOL -> value.bool();
            case B -> value.b().asByteArray();
            case SS -> value.ss();
            case NS -> value.ns();
            case BS -> value.bs();
            case M -> of(value.m());
            case L -> value.l().stream().map(PlainValues::of).toList();
            case NUL, UNKNOWN_TO_SDK_VERSION -> null;
        };
    }
}
