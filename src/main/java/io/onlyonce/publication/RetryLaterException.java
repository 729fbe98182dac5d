package io.onlyonce.publication;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A failure that may pass, and perhaps a time before which a retry would be in vain. The message is logged, so it quotes nothing of the item. */
public final class RetryLaterException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Duration delay;

    /**
     * A failure; where it was noticed says nothing, so it has no stack trace of its own.
     *
     * @param delay shortest time to wait, zero if any will do; must stay below the claim timeout
     */
    public RetryLaterException(String message, Duration delay, @Nullable Throwable cause) {
        super(message, cause, false, false);
        this.delay = delay;
    }

    /** Shortest time to wait; the policy may ask for more. */
    public Duration delay() {
        return delay;
    }
}
