package io.onlyonce.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.jayway.jsonpath.JsonPath;
import io.onlyonce.publication.FatalFailureException;
import io.onlyonce.publication.RetryLaterException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

class SqsTargetTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final LocalSqs sqs = LocalSqs.shared();

    private SqsTarget target(String queue) {
        return new SqsTarget("receipts", sqs.client(), queue, TIMEOUT);
    }

    private static TestItem item(String id, String text, String deduplicationKey) {
        var keys = Map.of("id", AttributeValue.fromS(id));
        return new TestItem(
                keys, Map.of("id", AttributeValue.fromS(id), "text", AttributeValue.fromS(text)), deduplicationKey);
    }

    private static TestItem item(String id) {
        return item(id, "x", "id=S:" + id);
    }

    private static String id(Message message) {
        return JsonPath.read(message.body(), "$.data.id");
    }

    @Test
    void messageIsTheCloudEventAsOneDocument() {
        String queue = sqs.createQueue();
        target(queue).accept(item("a", "ü \u0001 \uFFFF \uFFFE \uD83D\uDE00", "key a"));

        var messages = sqs.drain(queue);
        assertThat(messages).hasSize(1);
        String body = messages.get(0).body();
        assertThat(JsonPath.<String>read(body, "$.specversion")).isEqualTo("1.0");
        assertThat(JsonPath.<String>read(body, "$.id")).isEqualTo("event-1");
        assertThat(JsonPath.<String>read(body, "$.source")).isEqualTo(TestItem.STREAM_ARN);
        assertThat(JsonPath.<String>read(body, "$.type")).isEqualTo("io.onlyonce.item.inserted");
        assertThat(JsonPath.<String>read(body, "$.subject")).isEqualTo("id=S:a");
        assertThat(JsonPath.<String>read(body, "$.deduplicationkey")).isEqualTo("key a");
        assertThat(JsonPath.<Boolean>read(body, "$.redelivered")).isTrue();
        assertThat(JsonPath.<String>read(body, "$.data.text")).isEqualTo("ü \u0001 \uFFFF \uFFFE \uD83D\uDE00");
        assertThat(body).contains("\\uFFFF", "\\uFFFE");
        assertThat(messages.get(0).messageAttributes().get("content-type").stringValue())
                .isEqualTo("application/cloudevents+json; charset=UTF-8");
    }

    @Test
    void queueMayBeNamed() {
        String queue = sqs.createQueue();
        target(queue.substring(queue.lastIndexOf('/') + 1)).accept(item("a"));
        assertThat(sqs.drain(queue)).hasSize(1);
    }

    @Test
    void standardQueueKeepsARepeat() {
        String queue = sqs.createQueue();
        target(queue).accept(item("a"));
        target(queue).accept(item("a"));
        assertThat(sqs.drain(queue)).hasSize(2);
    }

    @Test
    void fifoQueueDropsARepeatAndKeepsItemsApart() {
        String queue = sqs.createFifoQueue();
        target(queue).accept(item("a"));
        target(queue).accept(item("a"));
        target(queue).accept(item("b"));

        var messages = sqs.drain(queue);
        assertThat(messages).extracting(SqsTargetTests::id).containsExactlyInAnyOrder("a", "b");
        assertThat(messages)
                .extracting(message -> message.attributes().get(MessageSystemAttributeName.MESSAGE_DEDUPLICATION_ID))
                .containsExactlyInAnyOrder(
                        "arn:aws:dynamodb:eu-central-1:123456789012:table/orders:id=S:a",
                        "arn:aws:dynamodb:eu-central-1:123456789012:table/orders:id=S:b");
        assertThat(messages)
                .extracting(message -> message.attributes().get(MessageSystemAttributeName.MESSAGE_GROUP_ID))
                .containsExactlyInAnyOrder("id=S:a", "id=S:b");
    }

    @Test
    void idsThatDoNotFitAreHashed() {
        String queue = sqs.createFifoQueue();
        String longId = "x".repeat(200);
        target(queue).accept(item(longId, "x", "with space"));
        target(queue).accept(item(longId, "x", "with space"));
        target(queue).accept(item("ü", "x", "other space"));

        var messages = sqs.drain(queue);
        assertThat(messages).extracting(SqsTargetTests::id).containsExactlyInAnyOrder(longId, "ü");
        assertThat(messages).allSatisfy(message -> {
            assertThat(message.attributes().get(MessageSystemAttributeName.MESSAGE_DEDUPLICATION_ID))
                    .matches("[0-9a-f]{64}");
            assertThat(message.attributes().get(MessageSystemAttributeName.MESSAGE_GROUP_ID))
                    .matches("[0-9a-f]{64}");
        });
    }

    @Test
    void missingQueueIsWaitedFor() {
        String queue = sqs.createQueue() + "-gone";
        for (String form : new String[] {queue, queue.substring(queue.lastIndexOf('/') + 1)}) {
            var failure = catchThrowableOfType(
                    RetryLaterException.class, () -> target(form).accept(item("a")));
            assertThat(failure)
                    .hasMessageStartingWith("The queue of forward.receipts answered ")
                    .hasMessageContaining("QueueDoesNotExist");
        }
    }

    @Test
    void messageAboveTheLimitIsFatalAndNotSent() {
        String queue = sqs.createQueue();
        var failure = catchThrowableOfType(FatalFailureException.class, () -> target(queue)
                .accept(item("a", "x".repeat(1_048_576), "secret key")));
        assertThat(failure)
                .hasMessageMatching(
                        "The queue of forward.receipts takes at most 1.048.576 bytes, and the message is .*");
        assertThat(sqs.drain(queue)).isEmpty();
    }

    @Test
    void queueThatIsNotReachedAsksForARetry() {
        try (var nowhere = AwsStub.clientConfiguration(
                        software.amazon.awssdk.services.sqs.SqsClient.builder(), URI.create("http://127.0.0.1:1"))
                .build()) {
            var target = new SqsTarget("receipts", nowhere, "http://127.0.0.1:1/q", TIMEOUT);
            var failure = catchThrowableOfType(RetryLaterException.class, () -> target.accept(item("a")));
            assertThat(failure).hasMessageStartingWith("The queue of forward.receipts did not answer: ");
        }
    }
}
