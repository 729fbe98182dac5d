package io.onlyonce.publication;

import io.onlyonce.ledger.LedgerUnavailableException;
import java.time.Duration;
import java.util.Map;

/** How one round through the listeners of a record ended. */
sealed interface RoundOutcome {

    /** Every listener has completed. */
    record Completed() implements RoundOutcome {}

    /**
     * Some listeners have failed and are worth another round.
     *
     * @param failures exception of each
     * @param delay time to wait
     */
    record Retry(Map<String, Throwable> failures, Duration delay) implements RoundOutcome {}

    /**
     * Some listeners have failed, and no further round would help or is permitted.
     *
     * @param failures exception of each
     */
    record GivenUp(Map<String, Throwable> failures) implements RoundOutcome {}

    /** A transaction could not be written, which is no fault of the listener. */
    record LedgerUnavailable(LedgerUnavailableException cause) implements RoundOutcome {}

    /** Another process has taken the record over. */
    record ClaimLost() implements RoundOutcome {}
}
