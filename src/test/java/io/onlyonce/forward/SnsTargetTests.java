package io.onlyonce.forward;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.jayway.jsonpath.JsonPath;
import io.onlyonce.publication.FatalFailureException;
import io.onlyonce.publication.RetryLaterException;
import java.net.URLDecoder;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.sns.SnsClient;

/** What SNS is asked, on the wire, and what becomes of an item by its answer. */
class SnsTargetTests {

    private static final String TOPIC = "arn:aws:sns:eu-central-1:123456789012:receipts";
    private static final TestItem ITEM =
            new TestItem(Map.of("id", AttributeValue.fromS("a")), Map.of("id", AttributeValue.fromS("a")), "a b");

    private final AwsStub stub = new AwsStub();
    private final SnsClient client = stub.configure(SnsClient.builder()).build();

    @AfterEach
    void close() {
        client.close();
        stub.close();
    }

    private SnsTarget target(String topic) {
        return new SnsTarget("receipts", client, topic, Duration.ofSeconds(10));
    }

    private static String answer(String failed) {
        return answer("<member><Id>0</Id><MessageId>1</MessageId></member>", failed);
    }

    private static String answer(String successful, String failed) {
        return """
                <PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult>
                <Successful>%s</Successful><Failed>%s</Failed></PublishBatchResult></PublishBatchResponse>"""
                .formatted(successful, failed);
    }

    private Map<String, String> form(int number) {
        var form = new TreeMap<String, String>();
        for (String field : stub.body(number).split("&")) {
            String[] parts = field.split("=", 2);
            form.put(URLDecoder.decode(parts[0], UTF_8), URLDecoder.decode(parts[1], UTF_8));
        }
        return form;
    }

    @Test
    void messageIsTheCloudEventAsOneDocument() {
        stub.then(200, answer(""));
        target(TOPIC).accept(ITEM);

        String entry = "PublishBatchRequestEntries.member.1.";
        var form = form(0);
        assertThat(form)
                .containsEntry("Action", "PublishBatch")
                .containsEntry("TopicArn", TOPIC)
                .containsEntry(entry + "Id", "0")
                .containsEntry(entry + "MessageAttributes.entry.1.Name", "content-type")
                .containsEntry(
                        entry + "MessageAttributes.entry.1.Value.StringValue",
                        "application/cloudevents+json; charset=UTF-8")
                .doesNotContainKey(entry + "MessageGroupId")
                .doesNotContainKey(entry + "MessageDeduplicationId");
        String message = form.get(entry + "Message");
        assertThat(JsonPath.<String>read(message, "$.id")).isEqualTo("event-1");
        assertThat(JsonPath.<String>read(message, "$.deduplicationkey")).isEqualTo("a b");
        assertThat(JsonPath.<String>read(message, "$.data.id")).isEqualTo("a");
    }

    @Test
    void fifoTopicGetsDeduplicationAndGroupId() {
        stub.then(200, answer("")).then(200, answer(""));
        target(TOPIC + ".fifo").accept(ITEM);
        target(TOPIC + ".fifo").accept(ITEM);

        String entry = "PublishBatchRequestEntries.member.1.";
        assertThat(form(0).get(entry + "MessageDeduplicationId"))
                .matches("[0-9a-f]{64}")
                .isEqualTo(form(1).get(entry + "MessageDeduplicationId"));
        assertThat(form(0)).containsEntry(entry + "MessageGroupId", "id=S:a");
    }

    /** The answer names what was taken and what was not by their numbers, in no order. */
    @Test
    void onlyTheMessageThatFailsInABatchIsSentAgain() throws Exception {
        var failures = ThreeTogether.send(
                stub,
                answer(""),
                answer(
                        "<member><Id>2</Id><MessageId>3</MessageId></member><member><Id>0</Id><MessageId>1</MessageId></member>",
                        "<member><Id>1</Id><Code>InternalError</Code><SenderFault>false</SenderFault></member>"),
                target(TOPIC)::accept);
        assertThat(form(1)).containsKey("PublishBatchRequestEntries.member.3.Id");
        assertThat(form(1).get("PublishBatchRequestEntries.member.2.Message")).contains("\"data\":{\"id\":\"b\"}");
        assertThat(failures.get(0)).isNull();
        assertThat(failures.get(1)).isInstanceOf(RetryLaterException.class).hasMessageContaining("InternalError");
        assertThat(failures.get(2)).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            true  | InvalidParameter | FatalFailureException
            false | InternalError    | RetryLaterException
            true  | KMSThrottling    | RetryLaterException
            """)
    void entryThatFailsInACallThatSucceeds(boolean senderFault, String code, String outcome) {
        stub.then(
                200,
                answer(
                        "",
                        "<member><Id>0</Id><Code>%s</Code><SenderFault>%s</SenderFault><Message>no</Message></member>"
                                .formatted(code, senderFault)));
        Throwable failure = catchThrowable(() -> target(TOPIC).accept(ITEM));
        assertThat(failure.getClass().getSimpleName()).isEqualTo(outcome);
        assertThat(failure).hasMessage("The topic of forward.receipts answered " + code);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            403 | AuthorizationError | RetryLaterException
            404 | NotFound           | RetryLaterException
            400 | InvalidParameter   | FatalFailureException
            400 | Throttling         | RetryLaterException
            500 | InternalError      | RetryLaterException
            """)
    void callThatFails(int status, String code, String outcome) {
        stub.then(
                status,
                "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>no</Message></Error></ErrorResponse>"
                        .formatted(code));
        Throwable failure = catchThrowable(() -> target(TOPIC).accept(ITEM));
        assertThat(failure.getClass().getSimpleName()).isEqualTo(outcome);
        assertThat(failure).hasMessage("The topic of forward.receipts answered " + code);
    }

    @Test
    void messageAboveTheLimitIsFatalAndNotSent() {
        var item = new TestItem(
                ITEM.keys(), Map.of("text", AttributeValue.fromS("x".repeat(262_144))), ITEM.deduplicationKey());
        var failure = catchThrowableOfType(
                FatalFailureException.class, () -> target(TOPIC).accept(item));
        assertThat(failure).hasMessageStartingWith("The topic of forward.receipts takes at most 262");
        assertThat(stub.requests()).isEmpty();
    }

    @Test
    void topicThatIsNotReachedAsksForARetry() {
        stub.close();
        assertThat(catchThrowableOfType(
                        RetryLaterException.class, () -> target(TOPIC).accept(ITEM)))
                .hasMessageStartingWith("The topic of forward.receipts did not answer: ");
    }
}
