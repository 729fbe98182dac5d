package io.onlyonce.ledger;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/** The ledger could not answer for some or all of a batch: throttled, out of reach or refused. The call may be repeated unchanged. */
public final class LedgerUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With the service's own words, and its exception if it threw one. */
    public LedgerUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static LedgerUnavailableException during(String action, String ledgerTable, SdkException cause) {
        return new LedgerUnavailableException(message(action, ledgerTable, String.valueOf(cause.getMessage())), cause);
    }

    static LedgerUnavailableException because(String action, String ledgerTable, String reason) {
        return new LedgerUnavailableException(message(action, ledgerTable, reason), null);
    }

    private static String message(String action, String ledgerTable, String reason) {
        return "dynamodb:%s on table '%s' failed: %s".formatted(action, ledgerTable, reason);
    }
}
