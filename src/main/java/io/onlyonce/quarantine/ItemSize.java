package io.onlyonce.quarantine;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Size of an item by DynamoDB's own rules (developer guide, <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html">item sizes and formats</a>).
 * Where the guide is vague, for numbers and sets, the estimate is the larger one.
 */
final class ItemSize {

    private static final int COLLECTION = 3;
    private static final int ELEMENT = 1;
    private static final int LONGEST_NUMBER = 21;

    private ItemSize() {}

    /** Bytes of a whole item. */
    static int of(Map<String, AttributeValue> item) {
        return item.entrySet().stream()
                .mapToInt(attribute -> of(attribute.getKey()) + of(attribute.getValue()))
                .sum();
    }

    /** Bytes of a text in UTF-8. */
    static int of(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static int of(AttributeValue value) {
        return switch (value.type()) {
            case S -> of(value.s());
            case N -> ofNumber(value.n());
            case B -> value.b().asByteArrayUnsafe().length;
            case BOOL, NUL -> 1;
            case SS ->
                ofElements(
                        value.ss(), value.ss().stream().mapToInt(ItemSize::of).sum());
            case NS ->
                ofElements(
                        value.ns(),
                        value.ns().stream().mapToInt(ItemSize::ofNumber).sum());
            case BS ->
                ofElements(
                        value.bs(),
                        value.bs().stream()
                                .mapToInt(bytes -> bytes.asByteArrayUnsafe().length)
                                .sum());
            case L ->
                ofElements(value.l(), value.l().stream().mapToInt(ItemSize::of).sum());
            case M -> COLLECTION + ELEMENT * value.m().size() + of(value.m());
            case UNKNOWN_TO_SDK_VERSION -> 0;
        };
    }

    private static int ofElements(List<?> elements, int content) {
        return COLLECTION + ELEMENT * elements.size() + content;
    }

    /** A byte for two digits, one more, and one for a sign; zeros at the ends, which DynamoDB trims, are counted as well. */
    private static int ofNumber(String number) {
        return Math.min(LONGEST_NUMBER, number.length() / 2 + 2);
    }
}
