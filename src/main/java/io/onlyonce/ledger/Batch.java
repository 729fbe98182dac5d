package io.onlyonce.ledger;

import java.util.HashSet;
import java.util.List;

/** Limits of one call. DynamoDB refuses a batch that names a key twice as a whole, in words that help nobody. */
final class Batch {

    private Batch() {}

    static void check(List<Claim> claims) {
        if (claims.size() > Ledger.MAX_BATCH) {
            throw new IllegalArgumentException(
                    "At most %d elements in one call, but were %d".formatted(Ledger.MAX_BATCH, claims.size()));
        }
        var keys = new HashSet<String>();
        for (Claim claim : claims) {
            if (!keys.add(claim.key())) {
                throw new IllegalArgumentException("Key twice in one call: " + claim.key());
            }
        }
    }
}
