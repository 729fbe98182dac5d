package io.onlyonce.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cloudevents.jackson.JsonFormat;
import io.onlyonce.ItemInserted;
import io.onlyonce.publication.FatalFailureException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What queues, topics and event buses of AWS have in common: each item is one JSON document, and those of concurrent deliveries share a call. */
final class BatchedTarget {

    private static final JsonFormat JSON = new JsonFormat();
    private static final int MOST_MESSAGES = 10;

    /** Enough for the highest concurrency, in full batches. */
    private static final int MOST_FLIGHTS = 10;

    private final AwsFailures failures;
    private final BatchCall call;
    private final Size size;
    private final GroupSender sender;

    /**
     * How a target counts bytes.
     *
     * @param envelope bytes of a message besides its document
     * @param limit most bytes of a message, and of all in a call
     */
    record Size(int envelope, int limit) {}

    BatchedTarget(AwsFailures failures, Size size, BatchCall call) {
        this.failures = failures;
        this.size = size;
        this.call = call;
        this.sender = new GroupSender(
                new GroupSender.Limits(MOST_MESSAGES, size.limit(), MOST_FLIGHTS),
                this::sendAll,
                failures::interrupted);
    }

    void send(ItemInserted<Map<String, AttributeValue>> event) {
        OutgoingMessage message = message(event);
        if (message.size() > size.limit()) {
            throw failures.tooLarge(message.size(), size.limit());
        }
        sender.send(message);
    }

    private OutgoingMessage message(ItemInserted<Map<String, AttributeValue>> event) {
        byte[] json = JSON.serialize(ItemEvents.of(event));
        // Not allowed in a message as they are.
        String document = new String(json, UTF_8).replace("\uFFFE", "\\uFFFE").replace("\uFFFF", "\\uFFFF");
        return new OutgoingMessage(event, document, document.getBytes(UTF_8).length + size.envelope());
    }

    /** A call that is refused as a whole is made for each message alone, so that none pays for another. */
    private List<@Nullable RuntimeException> sendAll(List<OutgoingMessage> messages) {
        try {
            var results = call.send(messages);
            return results.size() == messages.size()
                    ? results
                    : Collections.nCopies(messages.size(), failures.notMentioned());
        } catch (SdkException e) {
            RuntimeException failure = failures.of(e);
            if (failure instanceof FatalFailureException && messages.size() > 1) {
                return messages.stream()
                        .map(message -> sendAll(List.of(message)).get(0))
                        .toList();
            }
            return Collections.nCopies(messages.size(), failure);
        }
    }
}
