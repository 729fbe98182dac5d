package io.onlyonce.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.onlyonce.publication.FatalFailureException;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ItemFilterTests {

    private static final TestItem ITEM = new TestItem(
            Map.of("id", AttributeValue.fromS("a")),
            Map.of(
                    "id", AttributeValue.fromS("a"),
                    "status", AttributeValue.fromS("PAID"),
                    "empty", AttributeValue.fromNul(true),
                    "cents", AttributeValue.fromN("100"),
                    "price", AttributeValue.fromN("0.10"),
                    "huge", AttributeValue.fromN("12345678901234567890123456789012345678"),
                    "order", AttributeValue.fromM(Map.of("lines", AttributeValue.fromN("3")))),
            "a");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            status == 'PAID'     | true
            status == 'OPEN'     | false
            ['gone'] == null     | true
            ['gone'] == 'x'      | false
            gone == 'x'          | false
            gone != 'x'          | true
            gone == null         | true
            gone > 5             | false
            gone?.id == 'x'      | false
            empty == 'x'         | false
            cents == 100         | true
            cents == 99          | false
            cents != 100         | false
            cents != 0           | true
            cents > 99           | true
            cents > 100          | false
            cents >= 100         | true
            cents < 9            | false
            price == 0.1         | true
            price < 1            | true
            huge > 1             | true
            order.lines == 3     | true
            order.gone == 3      | false
            """)
    void decidesByTheItem(String expression, boolean accepted) {
        assertThat(new ItemFilter(expression).accepts(ITEM)).isEqualTo(accepted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status.gone == 'x'",
                "gone.id == 'x'",
                "cents > 'x'",
                "status",
                "gone",
                "['gone']",
                "T(java.lang.System).exit(1) == null"
            })
    void whatIsNeitherTrueNorFalseIsFatalAndQuotesNothing(String expression) {
        assertThatExceptionOfType(FatalFailureException.class)
                .isThrownBy(() -> new ItemFilter(expression).accepts(ITEM))
                .withMessageContaining("'" + expression + "'")
                .withMessageContaining("event-1")
                .satisfies(failure -> assertThat(failure.getMessage()).doesNotContain("PAID"));
    }
}
