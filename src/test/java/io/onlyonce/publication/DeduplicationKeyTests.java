package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.TestRecords.eventId;
import static io.onlyonce.publication.TestRecords.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.onlyonce.stream.EventName;
import io.onlyonce.stream.StreamRecord;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.expression.ParseException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class DeduplicationKeyTests {

    private static final StreamRecord ORDER = insert(
            1,
            "order-1",
            Map.of(
                    "customer", AttributeValue.fromM(Map.of("id", AttributeValue.fromS("c7"))),
                    "number", AttributeValue.fromN("12345678901234567890.5"),
                    "express", AttributeValue.fromBool(true),
                    "lines",
                            AttributeValue.fromL(
                                    List.of(AttributeValue.fromS("first"), AttributeValue.fromS("second"))),
                    "empty-text", AttributeValue.fromS(""),
                    "nothing", AttributeValue.fromNul(true),
                    "bytes", AttributeValue.fromB(SdkBytes.fromUtf8String("bytes")),
                    "tags", AttributeValue.fromSs(List.of("b", "a")),
                    "Order-Id", AttributeValue.fromS("o1")));

    @Test
    void theEventIdIsTheKeyOfEachInsert() {
        assertThat(DeduplicationKey.parse("event-id").of(ORDER)).isEqualTo(eventId(1));
    }

    @Test
    void theItemKeyIsThatOfTheItem() {
        assertThat(DeduplicationKey.parse("item-key").of(ORDER)).isEqualTo("id=S:order-1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "id | order-1",
                "customer.id + '/' + number | c7/12345678901234567890.5",
                "number | 12345678901234567890.5",
                "express | true",
                "lines[1] | second",
                "['Order-Id'] | o1",
                "id.toUpperCase() | ORDER-1",
                "customer.id.length() * 2 | 4",
                "lines.size() | 2",
                "bytes | Ynl0ZXM="
            })
    void anExpressionIsEvaluatedOverTheNewImage(String expression, String key) {
        assertThat(DeduplicationKey.parse(expression).of(ORDER)).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "missing",
                "customer.missing",
                "nothing",
                "['nothing']",
                "['empty-text']",
                "tags",
                "lines",
                "customer",
                "#root",
                "empty",
                "customer.empty",
                "id.missing()"
            })
    void whatIsNoKeyIsRefused(String expression) {
        var key = DeduplicationKey.parse(expression);
        assertThatThrownBy(() -> key.of(ORDER))
                .isInstanceOf(DeduplicationKeyException.class)
                .hasMessageContaining(eventId(1))
                .hasMessageContaining("'" + expression + "'")
                .hasMessageContaining("onlyonce.streams.<table>.key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"T(java.lang.Runtime).getRuntime()", "new java.lang.String('x')", "@bean", "id.class.name"})
    void anExpressionReachesNothingButTheImage(String expression) {
        var key = DeduplicationKey.parse(expression);
        assertThatThrownBy(() -> key.of(ORDER)).isInstanceOf(DeduplicationKeyException.class);
    }

    @Test
    void whatIsNoExpressionIsRefusedAtOnce() {
        assertThatThrownBy(() -> DeduplicationKey.parse("id +")).isInstanceOf(ParseException.class);
    }

    @Test
    void aRecordWithoutImageHasNoKey() {
        var record = new StreamRecord(
                ORDER.streamArn(),
                eventId(1),
                EventName.INSERT,
                ORDER.sequenceNumber(),
                ORDER.createdAt(),
                ORDER.keys(),
                null,
                null);
        var key = DeduplicationKey.parse("id");
        assertThatThrownBy(() -> key.of(record)).hasMessageContaining("no new image");
    }

    @Test
    void aRecordWithoutKeyIsSetAsideAndItsShardGoesOn() {
        var calls = new CopyOnWriteArrayList<String>();
        try (var process = process()
                .key("customer.id")
                .listener("a", event -> calls.add(event.deduplicationKey()))
                .start()) {
            var customer = AttributeValue.fromM(Map.of("id", AttributeValue.fromS("c1")));
            process.open("s")
                    .offer(insert(1), insert(2, "x", Map.of("customer", customer)))
                    .awaitPosition(insert(2));

            assertThat(calls).containsExactly("c1");
            assertThat(process.world.quarantine.all()).singleElement().satisfies(record -> {
                assertThat(record.deduplicationKey()).isEqualTo(eventId(1));
                assertThat(record.failedListeners()).containsExactly("a.on");
                assertThat(record.failure().exceptionClass()).isEqualTo(DeduplicationKeyException.class.getName());
                assertThat(record.failure().message()).contains("'customer.id'").contains(eventId(1));
            });
        }
    }
}
