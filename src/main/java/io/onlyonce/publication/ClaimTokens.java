package io.onlyonce.publication;

import io.onlyonce.ledger.ClaimToken;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Makes the claim tokens of this process. */
final class ClaimTokens {

    private final String process = UUID.randomUUID().toString();
    private final AtomicLong last = new AtomicLong();

    ClaimToken next() {
        return new ClaimToken(process, last.incrementAndGet());
    }

    boolean areOurs(ClaimToken token) {
        return token.process().equals(process);
    }
}
