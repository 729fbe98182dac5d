package io.onlyonce.publication;

import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.util.backoff.BackOffExecution;

/** How long, and at which pace, a record waits for what a listener needs and does not find, which is no fault of the record. Not thread-safe. */
final class Patience {

    private final RetryPolicy policy;
    private final LongSupplier ticker;
    private @Nullable BackOffExecution execution;
    private long sinceNanos;

    Patience(RetryPolicy policy, LongSupplier ticker) {
        this.policy = policy;
        this.ticker = ticker;
    }

    /** Whether a failure is waited out. Counts from the first one for which something was tried. */
    boolean bears(RetryLaterException failure) {
        if (!failure.tried()) {
            return true;
        }
        if (execution == null) {
            execution = policy.getBackOff().start();
            sinceNanos = ticker.getAsLong();
        }
        return ticker.getAsLong() - sinceNanos < policy.getTimeout().toNanos();
    }

    /** Time to wait after a failure that is waited out: what it asks for, or the policy's if that is longer. */
    Duration delayAfter(RetryLaterException failure) {
        if (!failure.tried()) {
            return failure.delay();
        }
        Duration own = Duration.ofMillis(Objects.requireNonNull(execution).nextBackOff());
        return own.compareTo(failure.delay()) > 0 ? own : failure.delay();
    }
}
