package io.onlyonce.ledger;

import io.onlyonce.stream.Sha256;
import java.nio.charset.StandardCharsets;

/** Partition keys of one consumer and table: {@code <consumer>#<table>#<key>}. */
final class LedgerKeys {

    /** DynamoDB allows 2048 bytes; half of it leaves the key readable in a console and the item cheap. */
    private static final int MAX_BYTES = 1000;

    private static final String DIGEST_PREFIX = "sha256:";

    private final String prefix;

    LedgerKeys(String consumer, String table) {
        // Neither may contain the separator, or two consumers could meet in one entry.
        if (consumer.isEmpty() || consumer.contains("#") || table.isEmpty() || table.contains("#")) {
            throw new IllegalArgumentException(
                    "Consumer and table must not be empty or contain '#', but were '%s' and '%s'"
                            .formatted(consumer, table));
        }
        this.prefix = consumer + "#" + table + "#";
    }

    String of(Claim claim) {
        String key = claim.key();
        boolean literal =
                !key.startsWith(DIGEST_PREFIX) && (prefix + key).getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
        return prefix + (literal ? key : DIGEST_PREFIX + Sha256.hex(key));
    }
}
