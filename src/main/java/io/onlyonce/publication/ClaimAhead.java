package io.onlyonce.publication;

import io.onlyonce.ledger.ClaimOutcome;
import io.onlyonce.ledger.ClaimOutcome.Claimed;
import io.onlyonce.ledger.ClaimOutcome.Duplicate;
import io.onlyonce.ledger.ClaimOutcome.InProgress;
import io.onlyonce.ledger.Ledger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.backoff.BackOffExecution;

/**
 * Claims the records of a shard in batches, a bounded distance ahead of the listeners. A claim that was not begun is let go again when it grows old, and while the next record waits for a concurrent
 * duplicate: what is held by a shard that waits could be what the other shard waits for.
 */
final class ClaimAhead {

    /** Bounds what a crash leaves behind as claimed and not begun, and how many batches are under way. */
    static final int MOST_AHEAD = 4 * Ledger.MAX_BATCH;

    private static final Logger log = LoggerFactory.getLogger(ClaimAhead.class);

    private final Object lock;
    private final OrderedShardDelivery shard;
    private final Window window;
    private final TableRecordPath path;
    private final WaitingRecords waiting;
    private int ahead;
    private int pending;
    private @Nullable String problem;

    ClaimAhead(OrderedShardDelivery shard, Window window, TableRecordPath path) {
        this.lock = shard;
        this.shard = shard;
        this.window = window;
        this.path = path;
        this.waiting = new WaitingRecords(window, path);
    }

    /** Sends what claims may be sent. Lock held, as for all methods that do not say otherwise. */
    void pump() {
        if (shard.isStopped()) {
            return;
        }
        boolean contended = waiting.holdLaneUp();
        if (contended) {
            letGo(slot -> !window.isHead(slot));
            leaveKeysBehind();
        }
        List<Slot> batch = nextBatch(contended);
        while (!batch.isEmpty()) {
            List<Slot> sent = batch;
            pending++;
            path.ledgerExecutor().execute(() -> claim(sent, BackOffs.forLedger()));
            batch = nextBatch(contended);
        }
    }

    private List<Slot> nextBatch(boolean contended) {
        int room = MOST_AHEAD - ahead;
        int wanted = Math.min(Ledger.MAX_BATCH, window.unclaimed().size());
        if (wanted == 0 || (room < wanted && !contended && !(pending == 0 && shard.isStalled()))) {
            // Full batches are worth the wait: what is claimed suffices meanwhile.
            return List.of();
        }
        List<Slot> batch = new ArrayList<>(wanted);
        // What is claimed may all stand behind records that are not, so the next of a lane has a place even where there
        // is no room.
        boolean headsOnly = contended || room < wanted;
        Iterator<Slot> unclaimed = window.unclaimed().values().iterator();
        while (unclaimed.hasNext() && batch.size() < Ledger.MAX_BATCH) {
            Slot slot = unclaimed.next();
            if (headsOnly && !window.isHead(slot)) {
                continue;
            }
            unclaimed.remove();
            if (enterKey(slot)) {
                slot.state = Slot.State.IN_LEDGER;
                batch.add(slot);
                ahead++;
            }
        }
        return batch;
    }

    /** Answers whether the key was entered; if not, the record waits. */
    private boolean enterKey(Slot slot) {
        if (slot.claim == null) {
            slot.claim = path.claimFor(slot);
        }
        if (!slot.keyEntered) {
            Slot leader = path.inFlightKeys().enter(slot);
            slot.keyEntered = leader == slot;
            if (leader == null) {
                waiting.add(slot);
            } else if (leader != slot) {
                slot.state = Slot.State.WAITING;
                leader.followers.add(slot);
            }
        }
        return slot.keyEntered;
    }

    /** The key that a record waits for may be free now. */
    void wake(Slot slot) {
        if (slot.state == Slot.State.WAITING) {
            waiting.remove(slot);
            shard.pump();
        }
    }

    /** Lock not held: on a thread of the ledger. */
    private void claim(List<Slot> batch, BackOffExecution backOff) {
        List<ClaimOutcome> outcomes;
        try {
            outcomes = askLedger(batch);
        } catch (RuntimeException | Error e) {
            claimLater(batch, backOff, e);
            return;
        }
        List<Slot> duplicates = new ArrayList<>();
        synchronized (lock) {
            pending--;
            problem = null;
            for (int i = 0; i < batch.size(); i++) {
                accept(batch.get(i), outcomes.get(i), duplicates);
            }
            shard.pump();
        }
        for (Slot duplicate : duplicates) {
            path.countDuplicate(duplicate);
        }
    }

    private List<ClaimOutcome> askLedger(List<Slot> batch) {
        List<ClaimOutcome> outcomes = new ArrayList<>(
                path.ledger().claim(batch.stream().map(Slot::claim).toList()));
        for (int i = 0; i < batch.size(); i++) {
            if (outcomes.get(i) instanceof InProgress elsewhere && isAbandoned(batch.get(i), elsewhere)) {
                outcomes.set(i, path.ledger().takeOver(batch.get(i).claim(), elsewhere.holder()));
            }
        }
        return outcomes;
    }

    private boolean isAbandoned(Slot slot, InProgress elsewhere) {
        synchronized (lock) {
            return waiting.isAbandoned(slot, elsewhere);
        }
    }

    private void claimLater(List<Slot> batch, BackOffExecution backOff, Throwable cause) {
        synchronized (lock) {
            pending--;
            problem = "waits for the ledger: " + cause.getMessage();
            if (shard.isStopped()) {
                shard.pump();
                return;
            }
        }
        long delay = backOff.nextBackOff();
        log.warn(
                "Claiming {} records of {} failed, trying again in {} ms: {}",
                batch.size(),
                shard,
                delay,
                cause.toString());
        path.schedule(Duration.ofMillis(delay), () -> {
            synchronized (lock) {
                if (shard.isStopped()) {
                    return;
                }
                pending++;
            }
            path.ledgerExecutor().execute(() -> claim(batch, backOff));
        });
    }

    private void accept(Slot slot, ClaimOutcome outcome, List<Slot> duplicates) {
        if (outcome instanceof Claimed claimed) {
            slot.state = Slot.State.CLAIMED;
            slot.claimedNanos = path.nanoTime();
            slot.elsewhere = null;
            slot.delivery = path.deliveryFor(slot, claimed);
            window.settle(slot.lane());
        } else if (outcome instanceof Duplicate duplicate) {
            ahead--;
            slot.duplicate = duplicate.kind();
            duplicates.add(slot);
            shard.finish(slot);
        } else if (outcome instanceof InProgress elsewhere) {
            ahead--;
            path.schedule(waiting.add(slot, elsewhere), () -> shard.wake(slot));
        }
    }

    /** The record's first round begins, unless its claim is so old that others may soon take it for abandoned: then it is claimed anew. */
    boolean begin(Slot slot) {
        if (slot.begun) {
            return true;
        }
        long oldest = path.settings().claimTimeout().toNanos() / 2;
        if (path.nanoTime() - slot.claimedNanos > oldest) {
            long now = path.nanoTime();
            letGo(other -> now - other.claimedNanos > oldest);
            return false;
        }
        slot.begun = true;
        ahead--;
        return true;
    }

    /** Lets claims go that were not begun. */
    private void letGo(Predicate<Slot> which) {
        List<Slot> slots = new ArrayList<>();
        for (Slot slot : window.slots()) {
            if (slot.state == Slot.State.CLAIMED && !slot.begun && which.test(slot)) {
                slot.state = Slot.State.IN_LEDGER;
                slots.add(slot);
            }
        }
        if (!slots.isEmpty()) {
            ahead -= slots.size();
            pending++;
            path.ledgerExecutor().execute(() -> release(slots));
        }
    }

    /** Lock not held: on a thread of the ledger. */
    private void release(List<Slot> slots) {
        path.release(slots);
        synchronized (lock) {
            pending--;
            for (Slot slot : slots) {
                leaveKey(slot);
                slot.claim = null;
                slot.delivery = null;
                slot.state = Slot.State.UNCLAIMED;
                window.unclaimed().put(slot.index, slot);
            }
            shard.pump();
        }
    }

    /** Leaves keys that records entered which are not claimed, except for the next of each lane. */
    private void leaveKeysBehind() {
        for (Slot slot : window.slots()) {
            boolean unclaimed = slot.state == Slot.State.UNCLAIMED || slot.state == Slot.State.WAITING;
            if (unclaimed && !window.isHead(slot)) {
                leaveKey(slot);
            }
        }
    }

    /** A record has reached its end: the first that follows it may be claimed now, and leads the others. */
    void finish(Slot slot) {
        leaveKey(slot);
        Slot next = slot.followers.poll();
        if (next != null) {
            next.followers.addAll(slot.followers);
            waiting.remove(next);
        }
    }

    void leaveKey(Slot slot) {
        if (slot.keyEntered) {
            slot.keyEntered = false;
            path.inFlightKeys().leave(slot.claim().key());
        }
    }

    /** Lets everything go that was not begun, for a delivery that is stopped; answers whether nothing is left to wait for. */
    boolean windUp() {
        letGo(slot -> true);
        return pending == 0;
    }

    @Nullable String problem() {
        return problem == null ? waiting.problem() : problem;
    }
}
