package io.onlyonce.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.onlyonce.publication.FatalFailureException;
import io.onlyonce.publication.RetryLaterException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.sqs.SqsClient;

/** What becomes of an item by what SQS answers, call by call and entry by entry. */
class SqsFailureTests {

    private static final TestItem ITEM =
            new TestItem(Map.of("id", AttributeValue.fromS("a")), Map.of("id", AttributeValue.fromS("a")), "a");

    private final AwsStub stub = new AwsStub();
    private final SqsClient client = stub.configure(SqsClient.builder()).build();
    private final SqsTarget target =
            new SqsTarget("receipts", client, stub.endpoint() + "123456789012/q", Duration.ofSeconds(10));

    @AfterEach
    void close() {
        client.close();
        stub.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            500 | InternalFailure
            503 | ServiceUnavailable
            429 | Whatever
            400 | RequestThrottled
            400 | ThrottlingException
            400 | KmsThrottled
            403 | ExpiredToken
            403 | RequestTimeTooSkewed
            403 | AccessDenied
            400 | AccessDeniedException
            403 | InvalidClientTokenId
            400 | UnrecognizedClientException
            400 | InvalidSignatureException
            400 | QueueDoesNotExist
            400 | AWS.SimpleQueueService.NonExistentQueue
            400 | KmsDisabled
            400 | KMS.NotFoundException
            """)
    void callsThatAreWorthARetry(int status, String code) {
        stub.then(status, error(code));
        var failure = catchThrowableOfType(RetryLaterException.class, () -> target.accept(ITEM));
        assertThat(failure).hasMessage("The queue of forward.receipts answered " + code);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            400 | InvalidParameterValue
            400 | BatchRequestTooLong
            400 | UnsupportedOperation
            400 | InvalidMessageContents
            """)
    void callsThatNoRetryMends(int status, String code) {
        stub.then(status, error(code));
        var failure = catchThrowableOfType(FatalFailureException.class, () -> target.accept(ITEM));
        assertThat(failure).hasMessage("The queue of forward.receipts answered " + code);
        assertThat(failure.getCause()).hasMessageContaining("what AWS says");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            true  | InvalidMessageContents | FatalFailureException
            false | InternalError          | RetryLaterException
            true  | RequestThrottled       | RetryLaterException
            """)
    void entryThatFailsInACallThatSucceeds(boolean senderFault, String code, String outcome) {
        stub.then(
                200,
                """
                {"Successful": [], "Failed": [{"Id": "0", "SenderFault": %s, "Code": "%s", "Message": "item 4711"}]}"""
                        .formatted(senderFault, code));
        Throwable failure = catchThrowable(() -> target.accept(ITEM));
        assertThat(failure.getClass().getSimpleName()).isEqualTo(outcome);
        assertThat(failure).hasMessage("The queue of forward.receipts answered " + code);
    }

    @Test
    void messageThatTheAnswerDoesNotMentionIsNotTaken() {
        stub.then(200, "{\"Successful\": [], \"Failed\": []}");
        assertThat(catchThrowable(() -> target.accept(ITEM)))
                .isInstanceOf(RetryLaterException.class)
                .hasMessageContaining("no answer for the message");
    }

    @Test
    void connectionThatIsResetAsksForARetry() {
        stub.then(200, "{\"Successful\": [");
        assertThat(catchThrowable(() -> target.accept(ITEM))).isInstanceOf(RetryLaterException.class);
    }

    private static String error(String code) {
        return "{\"__type\": \"com.amazonaws.sqs#%s\", \"message\": \"what AWS says\"}".formatted(code);
    }
}
