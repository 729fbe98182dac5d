package io.onlyonce.forward;

import io.onlyonce.ItemInserted;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sns.model.MessageAttributeValue;
import software.amazon.awssdk.services.sns.model.PublishBatchRequestEntry;

/** Publishes each item to a topic of SNS. */
public final class SnsTarget implements Consumer<ItemInserted<Map<String, AttributeValue>>> {

    /** Of a message and of all in a call, as the reference of {@code PublishBatch} says. */
    private static final int MOST_BYTES = 262_144;

    private static final Map<String, MessageAttributeValue> ATTRIBUTES = Map.of(
            JsonDocument.CONTENT_TYPE_NAME,
            MessageAttributeValue.builder()
                    .dataType("String")
                    .stringValue(JsonDocument.CONTENT_TYPE)
                    .build());

    private final SnsClient client;
    private final String topic;
    private final boolean fifo;
    private final AwsFailures failures;
    private final AwsRequestOverrideConfiguration override;
    private final BatchedTarget target;

    /**
     * A topic.
     *
     * @param name name of the forward
     * @param client client of the topic's region
     * @param topic ARN of the topic
     * @param timeout time for a call, with what the client tries again by itself
     */
    public SnsTarget(String name, SnsClient client, String topic, Duration timeout) {
        this.client = client;
        this.topic = topic;
        this.fifo = topic.endsWith(".fifo");
        this.failures = new AwsFailures("The topic of forward." + name);
        this.override = AwsRequestOverrideConfiguration.builder()
                .apiCallTimeout(timeout)
                .build();
        this.target = new BatchedTarget(
                failures, new BatchedTarget.Size(JsonDocument.ATTRIBUTE_SIZE, MOST_BYTES), this::send);
    }

    @Override
    public void accept(ItemInserted<Map<String, AttributeValue>> event) {
        target.send(event);
    }

    private List<@Nullable RuntimeException> send(List<OutgoingMessage> messages) {
        var answer = client.publishBatch(request -> request.topicArn(topic)
                .publishBatchRequestEntries(IntStream.range(0, messages.size())
                        .mapToObj(i -> entry(i, messages.get(i)))
                        .toList())
                .overrideConfiguration(override));
        var results = new EntryResults(failures, messages.size());
        answer.successful().forEach(taken -> results.taken(taken.id()));
        answer.failed()
                .forEach(failed -> results.failed(failed.id(), failed.code(), failed.message(), failed.senderFault()));
        return results.inOrder();
    }

    private PublishBatchRequestEntry entry(int number, OutgoingMessage message) {
        var entry = PublishBatchRequestEntry.builder()
                .id(Integer.toString(number))
                .message(message.document())
                .messageAttributes(ATTRIBUTES);
        if (fifo) {
            entry.messageDeduplicationId(TargetIds.deduplicationId(message.item()))
                    .messageGroupId(TargetIds.groupId(message.item()));
        }
        return entry.build();
    }
}
