package io.onlyonce.ledger;

import java.util.concurrent.ThreadLocalRandom;

/** Short waits between the tries of one call. Longer ones are the caller's business: it can wait without holding a thread. */
final class Backoff {

    /** Tries in all; about 0.3 s are spent waiting between them. */
    static final int TRIES = 5;

    private static final long FIRST_MILLIS = 20;

    private Backoff() {}

    /** Waits after a try, counted from 1. */
    static void pauseAfter(int attempt) {
        long longest = FIRST_MILLIS << attempt;
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(longest / 2, longest));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LedgerUnavailableException("Interrupted while waiting for DynamoDB", e);
        }
    }
}
