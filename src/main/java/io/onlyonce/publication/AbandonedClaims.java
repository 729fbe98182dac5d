package io.onlyonce.publication;

import io.onlyonce.ledger.ClaimOutcome.InProgress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Claims of other processes as last seen, so that one that has stood unchanged for long enough, by our monotonic clock, counts as abandoned. */
final class AbandonedClaims {

    /** Nobody who has not asked for so long waits for the answer. */
    private static final long FORGOTTEN_NANOS = Duration.ofDays(1).toNanos();

    private final Map<Key, Sighting> sightings = new HashMap<>();
    private final LongSupplier ticker;

    private record Key(String table, String key) {}

    private record Sighting(InProgress claim, long nanos) {}

    AbandonedClaims(LongSupplier ticker) {
        this.ticker = ticker;
    }

    /** Notes that a key of a table is claimed elsewhere; answers whether that claim has stood for the timeout. */
    synchronized boolean areAbandoned(String table, String deduplicationKey, InProgress claim, Duration timeout) {
        long now = ticker.getAsLong();
        sightings
                .values()
                .removeIf(sighting -> now - sighting.nanos() > Math.max(FORGOTTEN_NANOS, 2 * timeout.toNanos()));
        var key = new Key(table, deduplicationKey);
        @Nullable Sighting first = sightings.get(key);
        if (first == null || !first.claim().equals(claim)) {
            sightings.put(key, new Sighting(claim, now));
            return false;
        }
        if (now - first.nanos() < timeout.toNanos()) {
            return false;
        }
        sightings.remove(key);
        return true;
    }
}
