package io.onlyonce.forward;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where and how items are sent over HTTP.
 *
 * @param url address of the receiver
 * @param headers further headers
 * @param timeout time for a whole exchange
 * @param secret what messages are signed with; they are not if absent
 * @param alreadyProcessed status with which the receiver says that it knows the event
 * @param mode form of the message
 * @param longestDelay after which an item that waits for a {@code Retry-After} to pass shows that it is looked after
 */
public record HttpSettings(
        URI url,
        Map<String, String> headers,
        Duration timeout,
        @Nullable WebhookSecret secret,
        int alreadyProcessed,
        Mode mode,
        Duration longestDelay) {

    /** Form of a CloudEvent in an HTTP message. */
    public enum Mode {
        /** Attributes in headers, the item as body. */
        BINARY,
        /** One JSON document with attributes and item as body. */
        STRUCTURED
    }

    /** Makes the record immutable. */
    public HttpSettings {
        headers = Map.copyOf(headers);
    }

    /** Without what may be secret. */
    @Override
    public String toString() {
        return "HttpSettings[timeout=%s, mode=%s]".formatted(timeout, mode);
    }
}
