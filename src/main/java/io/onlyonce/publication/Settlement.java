package io.onlyonce.publication;

import io.onlyonce.ledger.CommitOutcome;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Settles what has become of a record after a round: completes it, paces its next round, or sets it aside. */
final class Settlement {

    private static final Logger log = LoggerFactory.getLogger(Settlement.class);

    private final Object lock;
    private final OrderedShardDelivery shard;
    private final Window window;
    private final TableRecordPath path;
    private final Map<Slot, String> failing = new LinkedHashMap<>();
    private int ending;

    Settlement(OrderedShardDelivery shard, Window window, TableRecordPath path) {
        this.lock = shard;
        this.shard = shard;
        this.window = window;
        this.path = path;
    }

    /** How many records have run whose end is not known to be in the ledger. Lock held, as for all methods that do not say otherwise. */
    int ending() {
        return ending;
    }

    void settle(Slot slot, RoundOutcome outcome) {
        if (outcome instanceof RoundOutcome.Completed) {
            failing.remove(slot);
            slot.state = Slot.State.ENDING;
            ending++;
            path.complete(slot);
        } else if (outcome instanceof RoundOutcome.Retry retry) {
            backOff(slot, retry.failures().toString(), retry.delay());
        } else if (outcome instanceof RoundOutcome.GivenUp givenUp) {
            giveUp(slot, givenUp.failures());
        } else if (outcome instanceof RoundOutcome.LedgerUnavailable unavailable) {
            backOff(slot, unavailable.cause().toString(), slot.nextLedgerBackOff());
        } else {
            lose(slot);
        }
    }

    private void giveUp(Slot slot, Map<String, Throwable> failures) {
        if (shard.isStopped()) {
            // The shutdown may have been what interrupted the listener, so this is no verdict on the record.
            slot.state = Slot.State.BACKING_OFF;
        } else {
            slot.state = Slot.State.SETTING_ASIDE;
            ending++;
            path.ledgerExecutor().execute(() -> setAside(slot, failures));
        }
    }

    private void backOff(Slot slot, String reason, Duration delay) {
        slot.state = Slot.State.BACKING_OFF;
        failing.put(slot, "event %s: %s".formatted(slot.record.eventId(), reason));
        path.saveProgress(slot.delivery());
        if (!shard.isStopped()) {
            path.schedule(delay, () -> runAgain(slot));
        }
    }

    /** Lock not held. */
    private void runAgain(Slot slot) {
        synchronized (lock) {
            slot.state = Slot.State.CLAIMED;
            window.settle(slot.lane());
            shard.pump();
        }
    }

    /** Another process holds the record. What else runs here may end; nothing new begins. */
    private void lose(Slot slot) {
        slot.state = Slot.State.BACKING_OFF;
        shard.lose();
    }

    /** Lock not held: on a thread of the ledger. If it fails the listeners get another round, because whatever ails the ledger may ail them too. */
    private void setAside(Slot slot, Map<String, Throwable> failures) {
        CommitOutcome outcome;
        try {
            outcome = path.setAside(slot, failures);
        } catch (RuntimeException | Error e) {
            log.error("Event {} of {} could not be set aside, its lane waits", slot.record.eventId(), shard, e);
            synchronized (lock) {
                ending--;
                slot.delivery().forgive();
                backOff(slot, "%s, and could not be set aside: %s".formatted(failures, e), slot.nextLedgerBackOff());
                shard.pump();
            }
            return;
        }
        synchronized (lock) {
            ending--;
            failing.remove(slot);
            if (outcome.isWritten()) {
                shard.finish(slot);
            } else {
                lose(slot);
            }
            shard.pump();
        }
    }

    /** A record's completion is in the ledger. */
    void completed(Slot slot) {
        ending--;
        shard.finish(slot);
    }

    /** What the record that has failed for longest fails of. */
    @Nullable String problem() {
        return failing.isEmpty() ? null : failing.values().iterator().next();
    }
}
