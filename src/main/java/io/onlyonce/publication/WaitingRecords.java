package io.onlyonce.publication;

import io.onlyonce.ledger.ClaimOutcome.InProgress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.util.backoff.BackOffExecution;

/** Records of a shard whose deduplication key is in the hands of another shard or another process. Guarded by the shard delivery's lock. */
final class WaitingRecords {

    private final Window window;
    private final TableRecordPath path;
    private final Set<Slot> slots = new HashSet<>();

    WaitingRecords(Window window, TableRecordPath path) {
        this.window = window;
        this.path = path;
    }

    /** Adds a record that stands in line for its key. */
    void add(Slot slot) {
        slot.state = Slot.State.WAITING;
        slots.add(slot);
    }

    /** Adds a record whose key another process works on. Nobody will tell us of its end, so the record is to look again after the answered time. */
    Duration add(Slot slot, InProgress elsewhere) {
        add(slot);
        BackOffExecution backOff = slot.elsewhereBackOff;
        if (backOff == null || !elsewhere.equals(slot.elsewhere)) {
            backOff = BackOffs.forConcurrentDuplicate();
            slot.elsewhere = elsewhere;
            slot.elsewhereNanos = path.nanoTime();
            slot.elsewhereBackOff = backOff;
        }
        return Duration.ofMillis(backOff.nextBackOff());
    }

    /** Takes a record out that may try again. */
    void remove(Slot slot) {
        slots.remove(slot);
        slot.state = Slot.State.UNCLAIMED;
        window.unclaimed().put(slot.index, slot);
    }

    /** Whether whoever works on a key elsewhere has given up. */
    boolean isAbandoned(Slot slot, InProgress elsewhere) {
        // The key is entered for this record, so nothing in this process works on it any more.
        return path.isOurs(elsewhere.holder())
                || (elsewhere.equals(slot.elsewhere)
                        && path.nanoTime() - slot.elsewhereNanos
                                >= path.settings().claimTimeout().toNanos());
    }

    /** Whether the next record of a lane is among them, so that what is claimed behind it may have to wait for long. */
    boolean holdLaneUp() {
        return !slots.isEmpty() && slots.stream().anyMatch(window::isHead);
    }

    @Nullable String problem() {
        return slots.stream()
                .filter(window::isHead)
                .findFirst()
                .map(slot -> "event " + slot.record.eventId() + " waits for another delivery of its deduplication key")
                .orElse(null);
    }
}
