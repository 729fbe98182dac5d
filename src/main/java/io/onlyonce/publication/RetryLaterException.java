package io.onlyonce.publication;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A failure that may pass and says nothing about the record, such as a target that is away. It uses up no attempt: the record waits, as long as {@link DeliverySettings#patience()} says, and is then set aside. The
 * message is logged, so it quotes nothing of the item.
 */
public final class RetryLaterException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Duration delay;
    private final boolean tried;

    /**
     * A failure; where it was noticed says nothing, so it has no stack trace of its own.
     *
     * @param delay shortest time to wait, zero if any will do; must stay below the claim timeout
     */
    public RetryLaterException(String message, Duration delay, @Nullable Throwable cause) {
        this(message, delay, true, cause);
    }

    private RetryLaterException(String message, Duration delay, boolean tried, @Nullable Throwable cause) {
        super(message, cause, false, false);
        this.delay = delay;
        this.tried = tried;
    }

    /**
     * Nothing was tried, because it is not time yet. A record is not set aside for that.
     *
     * @param delay time to wait; must stay below the claim timeout
     */
    public static RetryLaterException untried(String message, Duration delay) {
        return new RetryLaterException(message, delay, false, null);
    }

    /** Shortest time to wait; the policy may ask for more. */
    public Duration delay() {
        return delay;
    }

    /** Whether anything was tried. */
    public boolean tried() {
        return tried;
    }
}
