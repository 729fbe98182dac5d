package io.onlyonce.publication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ItemKeysTests {

    private static AttributeValue s(String text) {
        return AttributeValue.fromS(text);
    }

    @Test
    void keysAreReadable() {
        assertThat(ItemKeys.text(Map.of("id", s("a1")))).isEqualTo("id=S:a1");
        assertThat(ItemKeys.text(Map.of("id", s("a1"), "day", AttributeValue.fromN("7"))))
                .isEqualTo("day=N:7,id=S:a1");
        assertThat(ItemKeys.text(Map.of("id", AttributeValue.fromB(SdkBytes.fromUtf8String("a")))))
                .isEqualTo("id=B:YQ==");
    }

    @Test
    void orderOfAttributesDoesNotMatter() {
        var other = new LinkedHashMap<String, AttributeValue>();
        other.put("id", s("a"));
        other.put("day", s("b"));
        assertThat(ItemKeys.text(Map.of("day", s("b"), "id", s("a")))).isEqualTo(ItemKeys.text(other));
    }

    /** Values made of the characters that the text uses itself. */
    @Test
    void differentKeysHaveDifferentTexts() {
        var parts = List.of("", "a", ",", "=", "%", "%2C", "%25", "a,sort=S:b", "S:a", ":", "a=S:", ",sort=S:");
        Map<String, String> seen = new HashMap<>();
        for (String partition : parts) {
            for (String sort : parts) {
                String text = ItemKeys.text(Map.of("id", s(partition), "sort", s(sort)));
                assertThat(seen.put(text, partition + "|" + sort)).as(text).isNull();
            }
            assertThat(seen.put(ItemKeys.text(Map.of("id", s(partition))), partition))
                    .isNull();
        }
    }
}
