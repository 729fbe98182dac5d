package io.onlyonce.publication;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NoSuchElementException;
import org.springframework.core.retry.RetryPolicy;

/**
 * How records of a table are delivered.
 *
 * @param concurrency listeners' parallelism in a shard; order is kept per item
 * @param claimTimeout when a concurrent duplicate's claim counts as abandoned
 * @param retryPolicy which failures are tried again, how often and when
 * @param patience for how long, by its timeout, and how often what fails with a {@link RetryLaterException} is tried again
 */
public record DeliverySettings(int concurrency, Duration claimTimeout, RetryPolicy retryPolicy, RetryPolicy patience) {

    /** What no retry mends: an image that does not fit, and errors of the program. */
    private static final List<Class<? extends Throwable>> FATAL = List.of(
            FatalFailureException.class,
            ItemMappingException.class,
            DeduplicationKeyException.class,
            ClassCastException.class,
            NullPointerException.class,
            IndexOutOfBoundsException.class,
            NoSuchElementException.class,
            ArithmeticException.class,
            UnsupportedOperationException.class,
            LinkageError.class,
            StackOverflowError.class);

    /**
     * A policy that doubles the delay up to a maximum, with jitter, and gives up at once on failures that no retry mends.
     *
     * @param maxAttempts attempts in all, the first included
     * @param furtherFatal exception types that count as fatal besides the built-in ones
     */
    public static RetryPolicy retryPolicy(
            int maxAttempts,
            Duration initialBackoff,
            Duration maxBackoff,
            Collection<Class<? extends Throwable>> furtherFatal) {
        List<Class<? extends Throwable>> fatal = new ArrayList<>(FATAL);
        fatal.addAll(furtherFatal);
        return backingOff(initialBackoff, maxBackoff)
                .maxRetries(maxAttempts - 1L)
                .excludes(fatal)
                .build();
    }

    /** A policy with the same delays that gives up after a time, and not after a number of attempts. */
    public static RetryPolicy patience(Duration time, Duration initialBackoff, Duration maxBackoff) {
        return backingOff(initialBackoff, maxBackoff)
                .maxRetries(Long.MAX_VALUE)
                .timeout(time)
                .build();
    }

    private static RetryPolicy.Builder backingOff(Duration initialBackoff, Duration maxBackoff) {
        return RetryPolicy.builder()
                .delay(initialBackoff)
                .multiplier(2)
                .maxDelay(maxBackoff)
                .jitter(initialBackoff.dividedBy(4));
    }
}
