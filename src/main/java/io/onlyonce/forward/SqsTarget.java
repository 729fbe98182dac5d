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
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/** Sends each item to a queue of SQS. */
public final class SqsTarget implements Consumer<ItemInserted<Map<String, AttributeValue>>> {

    /** Of a message and of all in a call, since August 2025, as the reference of {@code SendMessageBatch} says; a queue's own limit may be lower. */
    private static final int MOST_BYTES = 1_048_576;

    private static final Map<String, MessageAttributeValue> ATTRIBUTES = Map.of(
            JsonDocument.CONTENT_TYPE_NAME,
            MessageAttributeValue.builder()
                    .dataType("String")
                    .stringValue(JsonDocument.CONTENT_TYPE)
                    .build());

    private final SqsClient client;
    private final String queue;
    private final boolean fifo;
    private final AwsFailures failures;
    private final AwsRequestOverrideConfiguration override;
    private final BatchedTarget target;
    private volatile @Nullable String url;

    /**
     * A queue.
     *
     * @param name name of the forward
     * @param client client of the queue's account and region
     * @param queue URL or name of the queue
     * @param timeout time for a call, with what the client tries again by itself
     */
    public SqsTarget(String name, SqsClient client, String queue, Duration timeout) {
        this.client = client;
        this.queue = queue;
        this.fifo = queue.endsWith(".fifo");
        this.failures = new AwsFailures("The queue of forward." + name);
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
        String queueUrl = url();
        var answer = client.sendMessageBatch(request -> request.queueUrl(queueUrl)
                .entries(IntStream.range(0, messages.size())
                        .mapToObj(i -> entry(i, messages.get(i)))
                        .toList())
                .overrideConfiguration(override));
        var results = new EntryResults(failures, messages.size());
        answer.successful().forEach(taken -> results.taken(taken.id()));
        answer.failed()
                .forEach(failed -> results.failed(failed.id(), failed.code(), failed.message(), failed.senderFault()));
        return results.inOrder();
    }

    private SendMessageBatchRequestEntry entry(int number, OutgoingMessage message) {
        var entry = SendMessageBatchRequestEntry.builder()
                .id(Integer.toString(number))
                .messageBody(message.document())
                .messageAttributes(ATTRIBUTES);
        if (fifo) {
            entry.messageDeduplicationId(TargetIds.deduplicationId(message.item()))
                    .messageGroupId(TargetIds.groupId(message.item()));
        }
        return entry.build();
    }

    private String url() {
        String known = url;
        if (known == null) {
            known = queue.contains("/")
                    ? queue
                    : client.getQueueUrl(request -> request.queueName(queue).overrideConfiguration(override))
                            .queueUrl();
            url = known;
        }
        return known;
    }
}
