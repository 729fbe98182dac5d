package io.onlyonce.publication;

import io.onlyonce.DuplicateKind;
import io.onlyonce.ledger.Claim;
import io.onlyonce.ledger.ClaimOutcome.InProgress;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.springframework.util.backoff.BackOffExecution;

/** Place of one record in the window of its shard. Guarded by the shard delivery's lock. */
final class Slot {

    /** How far a record has come. */
    enum State {
        UNCLAIMED,
        /** A claim, or its release, is under way. */
        IN_LEDGER,
        /** Its key is in progress elsewhere. */
        WAITING,
        /** May run when its turn comes. */
        CLAIMED,
        RUNNING,
        /** Waits for its next round. */
        BACKING_OFF,
        /** All listeners have completed; the ledger is being told. Its lane goes on. */
        ENDING,
        /** It was given up and is being set aside. Its lane waits, because it runs again if that fails. */
        SETTING_ASIDE,
        FINISHED
    }

    final OrderedShardDelivery owner;
    final long index;
    final StreamRecord record;
    State state = State.UNCLAIMED;

    @Nullable Lane lane;

    @Nullable Claim claim;

    @Nullable Delivery delivery;
    /** Why the record has no deduplication key; such a record is claimed under its event id and given up in its first round. */
    @Nullable RuntimeException keyFailure;
    /** Later records with the same key, the next of which may be claimed when this one has ended. */
    final Deque<Slot> followers = new ArrayDeque<>(0);
    /** Whether the key is entered in {@link InFlightKeys}. */
    boolean keyEntered;
    /** Whether a round has run, so that the claim must not be let go. */
    boolean begun;

    long claimedNanos;

    long runningSinceNanos;
    /** The delivery elsewhere that this record waits for, as last seen, and since when it has not changed. */
    @Nullable InProgress elsewhere;

    long elsewhereNanos;
    /** Whether the record had ended in this process before it was read again. */
    boolean endedBefore;
    /** Why the record was dropped, if it was. */
    @Nullable DuplicateKind duplicate;
    /** Paces looking again at the delivery elsewhere. */
    @Nullable BackOffExecution elsewhereBackOff;

    private @Nullable BackOffExecution ledgerBackOff;

    Slot(OrderedShardDelivery owner, long index, StreamRecord record) {
        this.owner = owner;
        this.index = index;
        this.record = record;
    }

    /** Time to wait before this record's next try at a ledger that does not answer. */
    Duration nextLedgerBackOff() {
        BackOffExecution running = ledgerBackOff == null ? BackOffs.forLedger() : ledgerBackOff;
        ledgerBackOff = running;
        return Duration.ofMillis(running.nextBackOff());
    }

    Claim claim() {
        return present(claim);
    }

    Delivery delivery() {
        return present(delivery);
    }

    Lane lane() {
        return present(lane);
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("A step of the record path was taken out of order");
        }
        return value;
    }
}
