package io.onlyonce.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.onlyonce.ItemInserted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.PutEventsRequestEntry;

/** Puts each item on an event bus of EventBridge; the event's detail is the CloudEvent. */
public final class EventBridgeTarget implements Consumer<ItemInserted<Map<String, AttributeValue>>> {

    /** What rules match as the event's source. */
    private static final String SOURCE = "io.onlyonce";

    /**
     * Of an event and of all in a call, as <a href="https://aws.amazon.com/blogs/compute/more-room-to-build-serverless-services-now-support-payloads-up-to-1-mb">AWS says</a> since January 2026; a Region's own limit
     * may be lower.
     */
    private static final int MOST_BYTES = 1_048_576;

    /** By which EventBridge counts the time. */
    private static final int TIME_SIZE = 14;

    /** Of a stream, whose table's name has 255 characters. */
    private static final int LONGEST_ARN = 400;

    private final EventBridgeClient client;
    private final String bus;
    private final String detailType;
    private final AwsFailures failures;
    private final AwsRequestOverrideConfiguration override;
    private final BatchedTarget target;

    /**
     * An event bus.
     *
     * @param name name of the forward
     * @param client client of the bus's region
     * @param bus name or ARN of the bus
     * @param detailType detail type of the events
     * @param timeout time for a call, with what the client tries again by itself
     */
    public EventBridgeTarget(String name, EventBridgeClient client, String bus, String detailType, Duration timeout) {
        this.client = client;
        this.bus = bus;
        this.detailType = detailType;
        this.failures = new AwsFailures("The event bus of forward." + name);
        this.override = AwsRequestOverrideConfiguration.builder()
                .apiCallTimeout(timeout)
                .build();
        int envelope = TIME_SIZE + SOURCE.length() + detailType.getBytes(UTF_8).length + LONGEST_ARN;
        this.target = new BatchedTarget(failures, new BatchedTarget.Size(envelope, MOST_BYTES), this::send);
    }

    @Override
    public void accept(ItemInserted<Map<String, AttributeValue>> event) {
        target.send(event);
    }

    private List<@Nullable RuntimeException> send(List<OutgoingMessage> messages) {
        var answer = client.putEvents(request ->
                request.entries(messages.stream().map(this::entry).toList()).overrideConfiguration(override));
        List<@Nullable RuntimeException> results = new ArrayList<>();
        answer.entries()
                .forEach(entry -> results.add(
                        entry.errorCode() == null
                                ? null
                                : failures.of(entry.errorCode(), entry.errorMessage(), false)));
        return results;
    }

    private PutEventsRequestEntry entry(OutgoingMessage message) {
        return PutEventsRequestEntry.builder()
                .eventBusName(bus)
                .source(SOURCE)
                .detailType(detailType)
                .detail(message.document())
                .time(message.item().createdAt())
                .resources(message.item().streamArn())
                .build();
    }
}
