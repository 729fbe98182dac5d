package io.onlyonce.autoconfigure;

import io.onlyonce.ItemInserted;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A kind of target whose client is on the class path.
 *
 * @param property property by which a forward chooses it
 * @param factory makes one
 */
record AwsTarget(String property, Factory factory) {

    /** Makes a target from a forward's settings. */
    @FunctionalInterface
    interface Factory {

        Consumer<ItemInserted<Map<String, AttributeValue>>> make(Order order, OnlyonceProperties.Forward settings);
    }

    /**
     * What a target has to know besides its own settings.
     *
     * @param name name of the forward
     * @param timeout time for a call
     */
    record Order(String name, Duration timeout) {}
}
