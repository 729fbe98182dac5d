package io.onlyonce.publication;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.util.backoff.BackOffExecution;

/** When a failed record is tried again, by a policy of Spring's. Not thread-safe. */
final class Retries {

    private final RetryPolicy policy;
    private @Nullable BackOffExecution execution;
    private int asked;

    Retries(RetryPolicy policy) {
        this.policy = policy;
    }

    /** Whether a failure may pass if tried again. */
    boolean permit(Throwable failure) {
        return policy.shouldRetry(failure);
    }

    /** Time to wait after so many failed attempts, those of an earlier delivery included; absent when they are used up. */
    @Nullable Duration delayAfter(int attempts) {
        BackOffExecution running = execution;
        if (running == null) {
            running = policy.getBackOff().start();
            execution = running;
        }
        long delay = BackOffExecution.STOP;
        while (asked < attempts) {
            delay = running.nextBackOff();
            asked++;
            if (delay == BackOffExecution.STOP) {
                return null;
            }
        }
        return delay == BackOffExecution.STOP ? null : Duration.ofMillis(delay);
    }
}
