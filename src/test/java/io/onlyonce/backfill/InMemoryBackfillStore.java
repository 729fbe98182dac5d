package io.onlyonce.backfill;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The last backfill, in memory. */
final class InMemoryBackfillStore implements BackfillStore {

    private @Nullable BackfillRun stored;
    private @Nullable RuntimeException failure;

    /** From now on nothing answers; all is well again if absent. */
    synchronized void failWith(@Nullable RuntimeException newFailure) {
        failure = newFailure;
    }

    @Override
    public synchronized Optional<BackfillRun> find() {
        failIfTold();
        return Optional.ofNullable(stored);
    }

    @Override
    public synchronized boolean replace(@Nullable BackfillRun seen, BackfillRun next) {
        failIfTold();
        boolean matches = seen == null
                ? stored == null
                : stored != null && stored.id().equals(seen.id()) && stored.version() == seen.version();
        if (matches) {
            stored = next;
        }
        return matches;
    }

    private void failIfTold() {
        if (failure != null) {
            throw failure;
        }
    }
}
