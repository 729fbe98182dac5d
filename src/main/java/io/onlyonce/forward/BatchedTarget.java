package io.onlyonce.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cloudevents.jackson.JsonFormat;
import io.onlyonce.ItemInserted;
import io.onlyonce.publication.RetryLaterException;
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

    /** Half of the connections that a client of the SDK has, so that messages which are sent alone find one. */
    private static final int MOST_FLIGHTS = 25;

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
                this::sendTogether,
                failures::interrupted);
    }

    void send(ItemInserted<Map<String, AttributeValue>> event) {
        OutgoingMessage message = message(event);
        if (message.size() > size.limit()) {
            throw failures.tooLarge(message.size(), size.limit());
        }
        try {
            sender.send(message);
        } catch (RefusedTogetherException e) {
            // By the thread of each message, so that they go at the same time and none waits for another.
            sendAlone(message);
        }
    }

    private OutgoingMessage message(ItemInserted<Map<String, AttributeValue>> event) {
        byte[] json = JSON.serialize(ItemEvents.of(event));
        // Not allowed in a message as they are.
        String document = new String(json, UTF_8).replace("\uFFFE", "\\uFFFE").replace("\uFFFF", "\\uFFFF");
        return new OutgoingMessage(event, document, document.getBytes(UTF_8).length + size.envelope());
    }

    private List<@Nullable RuntimeException> sendTogether(List<OutgoingMessage> messages) {
        try {
            return call(messages);
        } catch (RetryLaterException e) {
            throw e;
        } catch (RuntimeException e) {
            throw messages.size() == 1 ? e : new RefusedTogetherException();
        }
    }

    private void sendAlone(OutgoingMessage message) {
        RuntimeException failure = call(List.of(message)).get(0);
        if (failure != null) {
            throw failure;
        }
    }

    private List<@Nullable RuntimeException> call(List<OutgoingMessage> messages) {
        try {
            var results = call.send(messages);
            return results.size() == messages.size()
                    ? results
                    : Collections.nCopies(messages.size(), failures.notMentioned());
        } catch (SdkException e) {
            throw failures.of(e);
        }
    }

    /** Of a call that failed as a whole, for a reason that one of its messages may have given: each is sent once more, so that none pays for another. */
    private static final class RefusedTogetherException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        RefusedTogetherException() {
            super(null, null, false, false);
        }
    }
}
