package io.onlyonce.publication;

import java.time.Clock;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.springframework.context.ApplicationEventPublisher;

/**
 * What the record paths of all tables of a consumer share.
 *
 * @param publisher event bus of the application
 * @param listener watches the consumer
 * @param threads threads of the consumer
 * @param tokens claim tokens of this process
 * @param clock wall clock
 * @param ticker monotonic clock in nanoseconds
 */
record ConsumerContext(
        ApplicationEventPublisher publisher,
        ConsumerListener listener,
        DeliveryThreads threads,
        ClaimTokens tokens,
        Clock clock,
        LongSupplier ticker) {

    long nanoTime() {
        return ticker.getAsLong();
    }

    void schedule(Duration delay, Runnable task) {
        threads.after(delay, task);
    }
}
