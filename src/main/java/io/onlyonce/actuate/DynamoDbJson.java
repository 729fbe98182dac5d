package io.onlyonce.actuate;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Items in DynamoDB's own JSON, {@code {"id": {"S": "a1"}, "total": {"N": "12.50"}}}: it keeps apart numbers and texts, sets and lists, loses no digit of a number, and can be handed to {@code aws dynamodb put-item} as it is.
 */
final class DynamoDbJson {

    private DynamoDbJson() {}

    static Map<String, Object> of(Map<String, AttributeValue> item) {
        Map<String, Object> json = new LinkedHashMap<>();
        item.forEach((name, value) -> json.put(name, of(value)));
        return json;
    }

    private static Map<String, Object> of(AttributeValue value) {
        return switch (value.type()) {
            case S -> Map.of("S", value.s());
            case N -> Map.of("N", value.n());
            case B -> Map.of("B", base64(value.b()));
            case BOOL -> Map.of("BOOL", value.bool());
            case NUL -> Map.of("NULL", true);
            case SS -> Map.of("SS", value.ss());
            case NS -> Map.of("NS", value.ns());
            case BS ->
                Map.of("BS", value.bs().stream().map(DynamoDbJson::base64).toList());
            case L -> Map.of("L", list(value.l()));
            case M -> Map.of("M", of(value.m()));
            case UNKNOWN_TO_SDK_VERSION -> Map.of();
        };
    }

    private static List<Map<String, Object>> list(List<AttributeValue> values) {
        return values.stream().map(DynamoDbJson::of).toList();
    }

    private static String base64(SdkBytes bytes) {
        return Base64.getEncoder().encodeToString(bytes.asByteArrayUnsafe());
    }
}
