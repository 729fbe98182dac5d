package io.onlyonce.ledger;

import org.jspecify.annotations.Nullable;

/** The ledger could not answer for some or all of a batch: throttled, out of reach or refused. The call may be repeated unchanged. */
public final class LedgerUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With the service's own words, and its exception if it threw one. */
    public LedgerUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
