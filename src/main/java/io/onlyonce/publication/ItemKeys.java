package io.onlyonce.publication;

import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Primary keys as text: {@code id=S:a1,day=N:7}, the attributes in the order of their names. */
public final class ItemKeys {

    private ItemKeys() {}

    /** A primary key as text, the same for equal keys only. */
    public static String text(Map<String, AttributeValue> keys) {
        if (keys.size() == 1) {
            var only = keys.entrySet().iterator().next();
            return text(only);
        }
        return new TreeMap<>(keys).entrySet().stream().map(ItemKeys::text).collect(Collectors.joining(","));
    }

    private static String text(Map.Entry<String, AttributeValue> key) {
        var value = key.getValue();
        String text =
                switch (value.type()) {
                    case S -> "S:" + escape(value.s());
                    case N -> "N:" + value.n();
                    default ->
                        "B:" + Base64.getEncoder().encodeToString(value.b().asByteArrayUnsafe());
                };
        return key.getKey() + "=" + text;
    }

    /** Keeps two keys apart whose values hold the separator. */
    private static String escape(String value) {
        return value.indexOf(',') < 0 && value.indexOf('%') < 0
                ? value
                : value.replace("%", "%25").replace(",", "%2C");
    }
}
