package io.onlyonce.backfill;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkServiceException;

/**
 * The backfill of one table in this process: begins it, goes on with what another process has left, writes its progress, and ends it. Whoever scans owns the stored run, and notices with its next write when it does not any
 * more. Steps are taken one at a time on threads of the scheduler.
 */
final class TableBackfill {

    private static final Logger log = LoggerFactory.getLogger(TableBackfill.class);

    private static final Duration SOON = Duration.ofMillis(200);
    private static final Duration BETWEEN_WRITES = Duration.ofSeconds(1);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);
    private static final Duration UNTIL_COUNTED = Duration.ofSeconds(2);

    private final ScanContext context;
    private final BackfillStore store;
    private final BackfillCounts counts;
    private final String process;
    private final boolean exclusive;
    private final Steps steps;

    private volatile boolean active;
    private volatile boolean paused;
    private volatile @Nullable BackfillRun run;
    private volatile @Nullable OpenScan open;
    private volatile @Nullable String problem;
    private CompletableFuture<Void> closing = CompletableFuture.completedFuture(null);
    private boolean looked;
    private long unchangedSince;
    private long written;
    private long doneSince;
    private boolean done;

    /**
     * A backfill that does nothing yet.
     *
     * @param process this process; no other has the same name
     * @param exclusive whether this process is the only one that is active, so that it need not wait until the owner of a run is silent
     */
    TableBackfill(ScanContext context, BackfillStore store, BackfillCounts counts, String process, boolean exclusive) {
        this.context = context;
        this.store = store;
        this.counts = counts;
        this.process = process;
        this.exclusive = exclusive;
        this.steps = new Steps(context, this::tick);
    }

    String table() {
        return context.table();
    }

    /** This process may scan from now on. */
    void activate() {
        active = true;
        paused = false;
        var unused = steps.elsewhere(() -> {
            looked = false;
            steps.later(Duration.ZERO);
        });
    }

    /** Scans no further and lets another process go on; the future completes when nothing is in hand. */
    CompletableFuture<Void> deactivate() {
        active = false;
        return close(true);
    }

    /** Scans no further; the future completes when nothing is in hand. */
    CompletableFuture<Void> pause() {
        paused = true;
        return close(false);
    }

    /** Goes on after a pause. */
    void resume() {
        paused = false;
        var unused = steps.elsewhere(() -> steps.later(Duration.ZERO));
    }

    /**
     * Begins a backfill, unless one is running.
     *
     * @throws IllegalStateException if this process is not active
     */
    BackfillStatus start() {
        return whileActive(() -> {
            var seen = store.find().orElse(null);
            if (seen == null || !seen.isRunning()) {
                closeScan(false);
                var begun = BackfillRun.begin(
                        UUID.randomUUID().toString(),
                        process,
                        seen,
                        context.settings().segments(),
                        context.clocks().now());
                if (store.replace(seen, begun)) {
                    log.info("Backfill of table {} begins", table());
                    seen = begun;
                } else {
                    seen = store.find().orElse(begun);
                }
            }
            saw(seen);
            steps.later(Duration.ZERO);
            return describe(seen);
        });
    }

    /**
     * Ends the backfill that is running, if one is.
     *
     * @throws IllegalStateException if this process is not active
     */
    Optional<BackfillStatus> stop() {
        return whileActive(() -> {
            var seen = store.find().orElse(null);
            while (seen != null && seen.isRunning()) {
                var scan = open;
                var ended = (scan != null && scan.isOf(seen) ? scan.progress(seen) : seen)
                        .ended(BackfillState.STOPPED, null, context.clocks().now());
                seen = store.replace(seen, ended) ? ended : store.find().orElse(null);
            }
            saw(seen);
            closeScan(false);
            steps.later(Duration.ZERO);
            return Optional.ofNullable(seen).map(this::describe);
        });
    }

    /** What this process knows of the last backfill; never asks DynamoDB. */
    Optional<BackfillStatus> status() {
        return active ? Optional.ofNullable(run).map(this::describe) : Optional.empty();
    }

    private BackfillStatus describe(BackfillRun described) {
        var scan = open;
        boolean here = scan != null && scan.isOf(described) && described.isRunning();
        var now = here && scan != null ? scan.progress(described) : described;
        String waits = here && scan != null && problem == null ? scan.problem() : problem;
        boolean held = paused && described.isRunning() && described.isOwnedBy(process);
        return BackfillStatus.of(now, held, described.isRunning() ? waits : described.problem());
    }

    private <T> T whileActive(Supplier<T> step) {
        return steps.take(() -> {
            if (!active) {
                throw new IllegalStateException("The consumer is not running in this process");
            }
            return step.get();
        });
    }

    /** Not in turn, so that what is in hand is let go even while DynamoDB does not answer. */
    private CompletableFuture<Void> close(boolean letGo) {
        var scan = open;
        if (scan != null) {
            var unused = scan.close();
        }
        return steps.elsewhere(() -> closeScan(letGo)).thenCompose(closed -> closing);
    }

    private void closeScan(boolean letGo) {
        var scan = open;
        open = null;
        if (scan != null || letGo) {
            var closed = scan == null ? CompletableFuture.completedFuture((Void) null) : scan.close();
            closing = closing.thenCompose(before -> closed)
                    .handle((ended, error) -> null)
                    .thenCompose(ended -> steps.elsewhere(() -> lastWrite(scan, letGo)));
        }
    }

    private void lastWrite(@Nullable OpenScan scan, boolean letGo) {
        var current = run;
        if (current == null || !current.isRunning() || !current.isOwnedBy(process)) {
            return;
        }
        var last = scan != null && scan.isOf(current) ? scan.progress(current) : current;
        try {
            saw(replaced(current, letGo ? last.withOwner(null) : last));
        } catch (RuntimeException e) {
            log.warn("Progress of the backfill of table {} was not written; some items are scanned again", table(), e);
        }
    }

    private @Nullable BackfillRun replaced(BackfillRun current, BackfillRun last) {
        return last.version() == current.version() || store.replace(current, last)
                ? last
                : store.find().orElse(null);
    }

    private void tick() {
        if (!active) {
            return;
        }
        try {
            var delay = step();
            if (delay != null) {
                steps.later(delay);
            }
        } catch (RuntimeException e) {
            problem = "The backfill cannot go on: " + e.getMessage();
            log.warn("The backfill of table {} cannot go on, which is tried again: {}", table(), e.toString());
            log.debug("The backfill of table {} cannot go on", table(), e);
            steps.later(BETWEEN_LOOKS);
        }
    }

    /** Answers when the next step is due; absent if none is. */
    private @Nullable Duration step() {
        if (!closing.isDone()) {
            return SOON;
        }
        var scan = open;
        var current = run;
        if (scan == null || current == null) {
            return look();
        }
        if (!scan.isOf(current) || !current.isOwnedBy(process)) {
            // What is on record is another run, or another process goes on with this one.
            closeScan(false);
            return SOON;
        }
        return goOn(scan, current);
    }

    private @Nullable Duration goOn(OpenScan scan, BackfillRun current) {
        String failure = scan.failure();
        if (failure == null && scan.isDone()) {
            if (!done) {
                done = true;
                doneSince = context.clocks().nanos();
            }
            if (!scan.isCounted() && context.clocks().since(doneSince).compareTo(UNTIL_COUNTED) < 0) {
                return SOON;
            }
        }
        var progress = scan.progress(current);
        if (failure != null) {
            progress = progress.ended(
                    BackfillState.FAILED, failure, context.clocks().now());
        } else if (done) {
            progress = progress.ended(
                    BackfillState.COMPLETED, null, context.clocks().now());
        }
        boolean lost = scan.isClaimLost();
        if (!lost && progress.isRunning() && isSame(progress, current) && !isHeartbeatDue()) {
            return BETWEEN_WRITES;
        }
        if (!store.replace(current, progress)) {
            log.info("Another process has ended or taken over the backfill of table {}", table());
            saw(store.find().orElse(null));
            closeScan(false);
            return SOON;
        }
        saw(progress);
        written = context.clocks().nanos();
        if (!progress.isRunning()) {
            log.info(
                    "Backfill of table {} has {}{}: {} items scanned, {} delivered, {} duplicates, {} quarantined",
                    table(),
                    progress.state().name().toLowerCase(Locale.ROOT),
                    progress.problem() == null ? "" : " (" + progress.problem() + ")",
                    progress.scanned(),
                    progress.tally().delivered(),
                    progress.tally().duplicates(),
                    progress.tally().quarantined());
            closeScan(false);
            return SOON;
        }
        if (lost) {
            scan.reopenLost();
        }
        return BETWEEN_WRITES;
    }

    private static boolean isSame(BackfillRun one, BackfillRun other) {
        return one.segments().equals(other.segments()) && one.tally().equals(other.tally());
    }

    private boolean isHeartbeatDue() {
        return context.clocks()
                        .since(written)
                        .compareTo(context.settings().takeOverAfter().dividedBy(4))
                >= 0;
    }

    private @Nullable Duration look() {
        var found = store.find().orElse(null);
        boolean first = !looked;
        looked = true;
        saw(found);
        if (found == null || !found.isRunning()) {
            return exclusive ? null : BETWEEN_LOOKS;
        }
        if (paused) {
            if (found.isOwnedBy(process)) {
                saw(replaced(found, found.withOwner(process)));
            }
            return BETWEEN_LOOKS;
        }
        if (!found.isOwnedBy(process)) {
            boolean free = found.owner() == null || (exclusive && first);
            if (!free
                    && context.clocks()
                                    .since(unchangedSince)
                                    .compareTo(context.settings().takeOverAfter())
                            < 0) {
                return BETWEEN_WRITES;
            }
            var taken = found.withOwner(process);
            if (!store.replace(found, taken)) {
                return SOON;
            }
            log.info("This process goes on with the backfill of table {}", table());
            saw(taken);
            found = taken;
        }
        scan(found);
        return BETWEEN_WRITES;
    }

    private void scan(BackfillRun from) {
        done = false;
        written = context.clocks().nanos();
        try {
            open = new OpenScan(context, counts, from);
        } catch (SdkServiceException e) {
            if (!SegmentScan.isFinal(e)) {
                throw e;
            }
            String failure = "Table %s cannot be scanned: %s".formatted(table(), e.getMessage());
            saw(replaced(
                    from,
                    from.ended(BackfillState.FAILED, failure, context.clocks().now())));
        }
    }

    private void saw(@Nullable BackfillRun seen) {
        var before = run;
        if (before == null || seen == null || !before.id().equals(seen.id()) || before.version() != seen.version()) {
            unchangedSince = context.clocks().nanos();
        }
        run = seen;
        problem = null;
    }
}
