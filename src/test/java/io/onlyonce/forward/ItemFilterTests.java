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
            Map.of("id", AttributeValue.fromS("a"), "status", AttributeValue.fromS("PAID")),
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
            """)
    void decidesByTheItem(String expression, boolean accepted) {
        assertThat(new ItemFilter(expression).accepts(ITEM)).isEqualTo(accepted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gone == 'x'", "status", "['gone']", "T(java.lang.System).exit(1) == null"})
    void whatIsNeitherTrueNorFalseIsFatalAndQuotesNothing(String expression) {
        assertThatExceptionOfType(FatalFailureException.class)
                .isThrownBy(() -> new ItemFilter(expression).accepts(ITEM))
                .withMessageContaining("'" + expression + "'")
                .withMessageContaining("event-1")
                .satisfies(failure -> assertThat(failure.getMessage()).doesNotContain("PAID"));
    }
}
