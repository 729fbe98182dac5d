package io.onlyonce.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromB;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromBool;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromBs;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromL;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromM;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromN;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromNs;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromNul;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromSs;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class DynamoDbJsonTests {

    @ParameterizedTest
    @MethodSource
    void namesTheTypeOfEveryValue(AttributeValue value, Map<String, Object> json) {
        assertThat(DynamoDbJson.of(Map.of("name", value))).isEqualTo(Map.of("name", json));
    }

    static Stream<Arguments> namesTheTypeOfEveryValue() {
        var bytes = SdkBytes.fromByteArray(new byte[] {0, -1});
        return Stream.of(
                Arguments.of(fromS("1"), Map.of("S", "1")),
                Arguments.of(fromN("1.50"), Map.of("N", "1.50")),
                Arguments.of(fromB(bytes), Map.of("B", "AP8=")),
                Arguments.of(fromBool(false), Map.of("BOOL", false)),
                Arguments.of(fromNul(true), Map.of("NULL", true)),
                Arguments.of(fromSs(List.of("a", "b")), Map.of("SS", List.of("a", "b"))),
                Arguments.of(fromNs(List.of("1", "2")), Map.of("NS", List.of("1", "2"))),
                Arguments.of(fromBs(List.of(bytes)), Map.of("BS", List.of("AP8="))),
                Arguments.of(fromL(List.of(fromN("1"))), Map.of("L", List.of(Map.of("N", "1")))),
                Arguments.of(fromM(Map.of("in", fromS("x"))), Map.of("M", Map.of("in", Map.of("S", "x")))));
    }
}
