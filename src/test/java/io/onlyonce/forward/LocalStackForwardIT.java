package io.onlyonce.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import io.onlyonce.LocalStack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.Target;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Topics and event buses of LocalStack, each with a queue behind it that shows what has arrived. */
class LocalStackForwardIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final TestItem ITEM =
            new TestItem(Map.of("id", AttributeValue.fromS("a")), Map.of("id", AttributeValue.fromS("a")), "key of a");

    private static SqsClient sqs;
    private static SnsClient sns;
    private static EventBridgeClient eventBridge;

    @BeforeAll
    static void start() {
        var localStack = LocalStack.shared();
        sqs = localStack.configure(SqsClient.builder()).build();
        sns = localStack.configure(SnsClient.builder()).build();
        eventBridge = localStack.configure(EventBridgeClient.builder()).build();
    }

    @Test
    void fifoQueueDropsARepeat() {
        String queue = createQueue(".fifo", Map.of(QueueAttributeName.FIFO_QUEUE, "true"));
        var target = new SqsTarget("receipts", sqs, queue, TIMEOUT);
        target.accept(ITEM);
        target.accept(ITEM);
        assertThat(receive(queue)).singleElement().satisfies(message -> assertThat(
                        JsonPath.<String>read(message.body(), "$.data.id"))
                .isEqualTo("a"));
    }

    @Test
    void fifoTopicDropsARepeat() {
        String queue = createQueue(".fifo", Map.of(QueueAttributeName.FIFO_QUEUE, "true"));
        String topic = sns.createTopic(request ->
                        request.name(LocalStack.uniqueName("t") + ".fifo").attributes(Map.of("FifoTopic", "true")))
                .topicArn();
        sns.subscribe(request -> request.topicArn(topic)
                .protocol("sqs")
                .endpoint(arn(queue))
                .attributes(Map.of("RawMessageDelivery", "true")));
        var target = new SnsTarget("receipts", sns, topic, TIMEOUT);
        target.accept(ITEM);
        target.accept(ITEM);
        assertThat(receive(queue)).singleElement().satisfies(message -> assertThat(
                        JsonPath.<String>read(message.body(), "$.deduplicationkey"))
                .isEqualTo("key of a"));
    }

    @Test
    void ruleOfABusSeesTheCloudEventAsDetail() {
        String queue = createQueue("", Map.of());
        String bus = LocalStack.uniqueName("bus");
        eventBridge.createEventBus(request -> request.name(bus));
        eventBridge.putRule(request -> request.name(bus)
                .eventBusName(bus)
                .eventPattern("{\"source\": [\"io.onlyonce\"], \"detail\": {\"data\": {\"id\": [\"a\"]}}}"));
        eventBridge.putTargets(request -> request.rule(bus)
                .eventBusName(bus)
                .targets(Target.builder().id("queue").arn(arn(queue)).build()));
        new EventBridgeTarget("receipts", eventBridge, bus, "Order Placed", TIMEOUT).accept(ITEM);
        assertThat(receive(queue)).singleElement().satisfies(message -> {
            assertThat(JsonPath.<String>read(message.body(), "$.detail-type")).isEqualTo("Order Placed");
            assertThat(JsonPath.<String>read(message.body(), "$.detail.id")).isEqualTo("event-1");
        });
    }

    private static String createQueue(String suffix, Map<QueueAttributeName, String> attributes) {
        return sqs.createQueue(request ->
                        request.queueName(LocalStack.uniqueName("q") + suffix).attributes(attributes))
                .queueUrl();
    }

    private static String arn(String queue) {
        return sqs.getQueueAttributes(request -> request.queueUrl(queue).attributeNames(QueueAttributeName.QUEUE_ARN))
                .attributes()
                .get(QueueAttributeName.QUEUE_ARN);
    }

    /** What has arrived within a few seconds after the first. */
    private static List<Message> receive(String queue) {
        var all = new ArrayList<Message>();
        await().atMost(Duration.ofSeconds(60)).until(() -> all.addAll(receiveOnce(queue, 2)));
        all.addAll(receiveOnce(queue, 3));
        return all;
    }

    private static List<Message> receiveOnce(String queue, int seconds) {
        return sqs.receiveMessage(request ->
                        request.queueUrl(queue).maxNumberOfMessages(10).waitTimeSeconds(seconds))
                .messages();
    }
}
