package io.onlyonce.publication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ContentHashTests {

    private static SdkBytes bytes(String text) {
        return SdkBytes.fromString(text, StandardCharsets.UTF_8);
    }

    private static AttributeValue s(String text) {
        return AttributeValue.fromS(text);
    }

    private static String hash(AttributeValue value) {
        return ContentHash.of(Map.of("a", value));
    }

    @Test
    void orderOfAttributesDoesNotMatter() {
        var one = new LinkedHashMap<String, AttributeValue>();
        one.put("a", s("1"));
        one.put("b", s("2"));
        var other = new LinkedHashMap<String, AttributeValue>();
        other.put("b", s("2"));
        other.put("a", s("1"));

        assertThat(ContentHash.of(one)).isEqualTo(ContentHash.of(other));
        assertThat(hash(AttributeValue.fromM(one))).isEqualTo(hash(AttributeValue.fromM(other)));
    }

    @Test
    void orderOfSetMembersDoesNotMatter() {
        assertThat(hash(AttributeValue.fromSs(List.of("a", "b"))))
                .isEqualTo(hash(AttributeValue.fromSs(List.of("b", "a"))));
        assertThat(hash(AttributeValue.fromNs(List.of("1", "2"))))
                .isEqualTo(hash(AttributeValue.fromNs(List.of("2", "1"))));
        assertThat(hash(AttributeValue.fromBs(List.of(bytes("a"), bytes("b")))))
                .isEqualTo(hash(AttributeValue.fromBs(List.of(bytes("b"), bytes("a")))));
    }

    @Test
    void differentContentHasDifferentHashes() {
        var hashes = Stream.of(
                        s("1"),
                        s(""),
                        s("x".repeat(100_000)),
                        AttributeValue.fromN("1"),
                        AttributeValue.fromBool(true),
                        AttributeValue.fromBool(false),
                        AttributeValue.fromNul(true),
                        AttributeValue.fromB(bytes("1")),
                        AttributeValue.fromL(List.of()),
                        AttributeValue.fromL(List.of(s("1"), s("2"))),
                        AttributeValue.fromL(List.of(s("2"), s("1"))),
                        AttributeValue.fromL(List.of(s("12"))),
                        AttributeValue.fromL(List.of(AttributeValue.fromL(List.of(s("1"))), s("2"))),
                        AttributeValue.fromM(Map.of()),
                        AttributeValue.fromM(Map.of("a", s("1"))),
                        AttributeValue.fromM(Map.of("a1", s(""))),
                        AttributeValue.fromSs(List.of("1")),
                        AttributeValue.fromSs(List.of("1", "2")),
                        AttributeValue.fromSs(List.of("12")),
                        AttributeValue.fromNs(List.of("1")),
                        AttributeValue.fromBs(List.of(bytes("1"))))
                .map(ContentHashTests::hash)
                .toList();
        assertThat(hashes).doesNotHaveDuplicates();
        assertThat(ContentHash.of(Map.of())).isNotIn(hashes);
        assertThat(ContentHash.of(Map.of("a", s("1"), "b", s("2"))))
                .isNotEqualTo(ContentHash.of(Map.of("a", s("2"), "b", s("1"))));
    }
}
