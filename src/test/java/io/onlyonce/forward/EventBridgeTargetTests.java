package io.onlyonce.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.jayway.jsonpath.JsonPath;
import io.onlyonce.publication.FatalFailureException;
import io.onlyonce.publication.RetryLaterException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;

/** What EventBridge is asked, on the wire, and what becomes of an item by its answer. */
class EventBridgeTargetTests {

    private static final TestItem ITEM =
            new TestItem(Map.of("id", AttributeValue.fromS("a")), Map.of("id", AttributeValue.fromS("a")), "a b");

    private final AwsStub stub = new AwsStub();
    private final EventBridgeClient client =
            stub.configure(EventBridgeClient.builder()).build();

    @AfterEach
    void close() {
        client.close();
        stub.close();
    }

    private EventBridgeTarget target() {
        return new EventBridgeTarget("receipts", client, "orders-bus", "Order Placed", Duration.ofSeconds(10));
    }

    @Test
    void detailIsTheCloudEvent() {
        stub.then(200, "{\"FailedEntryCount\": 0, \"Entries\": [{\"EventId\": \"1\"}]}");
        target().accept(ITEM);

        assertThat(stub.requests().get(0).header("X-Amz-Target")).isEqualTo("AWSEvents.PutEvents");
        String body = stub.body(0);
        assertThat(JsonPath.<Integer>read(body, "$.Entries.length()")).isEqualTo(1);
        assertThat(JsonPath.<String>read(body, "$.Entries[0].EventBusName")).isEqualTo("orders-bus");
        assertThat(JsonPath.<String>read(body, "$.Entries[0].Source")).isEqualTo("io.onlyonce");
        assertThat(JsonPath.<String>read(body, "$.Entries[0].DetailType")).isEqualTo("Order Placed");
        assertThat(JsonPath.<String>read(body, "$.Entries[0].Resources[0]")).isEqualTo(TestItem.STREAM_ARN);
        assertThat(JsonPath.<Number>read(body, "$.Entries[0].Time").longValue()).isEqualTo(1767268800L);
        String detail = JsonPath.read(body, "$.Entries[0].Detail");
        assertThat(JsonPath.<String>read(detail, "$.id")).isEqualTo("event-1");
        assertThat(JsonPath.<String>read(detail, "$.source")).isEqualTo(TestItem.STREAM_ARN);
        assertThat(JsonPath.<String>read(detail, "$.deduplicationkey")).isEqualTo("a b");
        assertThat(JsonPath.<Boolean>read(detail, "$.redelivered")).isTrue();
        assertThat(JsonPath.<String>read(detail, "$.data.id")).isEqualTo("a");
    }

    /** The answer has an entry for each event, in their order. */
    @Test
    void onlyTheEventThatFailsInABatchIsSentAgain() throws Exception {
        var failures = ThreeTogether.send(
                stub,
                "{\"FailedEntryCount\": 0, \"Entries\": [{\"EventId\": \"0\"}]}",
                """
                {"FailedEntryCount": 1, "Entries": [
                {"EventId": "1"}, {"ErrorCode": "InternalFailure", "ErrorMessage": "no"}, {"EventId": "3"}]}""",
                target()::accept);
        assertThat(JsonPath.<Integer>read(stub.body(1), "$.Entries.length()")).isEqualTo(3);
        assertThat(JsonPath.<String>read(stub.body(1), "$.Entries[1].Detail")).contains("\"data\":{\"id\":\"b\"}");
        assertThat(failures.get(0)).isNull();
        assertThat(failures.get(1)).isInstanceOf(RetryLaterException.class).hasMessageContaining("InternalFailure");
        assertThat(failures.get(2)).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            InternalFailure                 | RetryLaterException
            ThrottlingException             | RetryLaterException
            MalformedDetail                 | FatalFailureException
            NotAuthorizedForSourceException | RetryLaterException
            """)
    void entryThatFailsInACallThatSucceeds(String code, String outcome) {
        stub.then(
                200,
                "{\"FailedEntryCount\": 1, \"Entries\": [{\"ErrorCode\": \"%s\", \"ErrorMessage\": \"no\"}]}"
                        .formatted(code));
        Throwable failure = catchThrowable(() -> target().accept(ITEM));
        assertThat(failure.getClass().getSimpleName()).isEqualTo(outcome);
        assertThat(failure).hasMessage("The event bus of forward.receipts answered " + code);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            400 | AccessDeniedException     | RetryLaterException
            400 | ResourceNotFoundException | RetryLaterException
            400 | ValidationException       | FatalFailureException
            400 | ThrottlingException       | RetryLaterException
            500 | InternalException         | RetryLaterException
            """)
    void callThatFails(int status, String code, String outcome) {
        stub.then(status, "{\"__type\": \"%s\", \"message\": \"no\"}".formatted(code));
        Throwable failure = catchThrowable(() -> target().accept(ITEM));
        assertThat(failure.getClass().getSimpleName()).isEqualTo(outcome);
        assertThat(failure).hasMessage("The event bus of forward.receipts answered " + code);
    }

    @Test
    void eventAboveTheLimitIsFatalAndNotSent() {
        var item = new TestItem(
                ITEM.keys(), Map.of("text", AttributeValue.fromS("x".repeat(1_048_576))), ITEM.deduplicationKey());
        var failure = catchThrowableOfType(FatalFailureException.class, () -> target().accept(item));
        assertThat(failure).hasMessageStartingWith("The event bus of forward.receipts takes at most 1");
        assertThat(stub.requests()).isEmpty();
    }
}
