package io.onlyonce.publication;

import io.onlyonce.stream.EventName;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.ShardId;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivery of one shard: runs the rounds of claimed records in order, by lanes, on the consumer's worker threads. Its monitor guards the window and all slots in it; no call leaves the process while it is held.
 */
final class OrderedShardDelivery implements ShardDelivery {

    /** Bounds what runs or has run and is not known to be in the ledger, and so what can be delivered again after a crash. */
    static final int MOST_ENDING = 100;

    private static final Logger log = LoggerFactory.getLogger(OrderedShardDelivery.class);

    private final ShardId shardId;
    private final TableRecordPath path;
    private final Window window;
    private final ClaimAhead claims;
    private final Settlement settlement;
    private final CompletableFuture<Void> closing = new CompletableFuture<>();
    private final ProgressReport report;
    private final Set<Slot> running = new LinkedHashSet<>();
    private int workers;
    private boolean closed;
    private boolean lost;

    OrderedShardDelivery(ShardId shardId, TableRecordPath path, Callback callback) {
        this.shardId = shardId;
        this.path = path;
        this.window = new Window(this, path.settings().concurrency() > 1);
        this.claims = new ClaimAhead(this, window, path);
        this.settlement = new Settlement(this, window, path);
        this.report = new ProgressReport(callback, path.ledgerExecutor());
    }

    ShardId shardId() {
        return shardId;
    }

    @Override
    public void offer(List<StreamRecord> records) {
        synchronized (this) {
            if (isStopped()) {
                return;
            }
        }
        path.countPassed(shardId, records);
        synchronized (this) {
            if (isStopped()) {
                return;
            }
            for (StreamRecord record : records) {
                if (record.eventName() == EventName.INSERT) {
                    window.add(record, path.hasEnded(shardId, record));
                } else {
                    window.addFinished(record);
                }
            }
            pump();
        }
    }

    @Override
    public void passOver(List<StreamRecord> records) {
        path.countRepeated(shardId, records);
    }

    /** Sends claims, starts workers, reports progress and ends the closing, whatever of these may be done now. Lock held. */
    void pump() {
        claims.pump();
        while (mayBegin()
                && workers < path.settings().concurrency()
                && workers - running.size() < window.countReady()) {
            workers++;
            path.workerExecutor().execute(this::work);
        }
        Position.After position = window.drain();
        if (position != null) {
            path.noteEnded(shardId, position.sequenceNumber());
            report.progressed(position);
        }
        if (closed && claims.windUp() && workers == 0 && settlement.ending() == 0 && isSaved()) {
            leaveKeys();
            report.finish(closing);
        }
    }

    /** Whether the progress of all records that have begun is in the ledger, so that no listener that has completed runs again elsewhere. */
    private boolean isSaved() {
        for (Slot slot : window.slots()) {
            if (slot.begun && slot.delivery().saves().arePending()) {
                return false;
            }
        }
        return true;
    }

    /** Whether nothing runs and nothing may run. Lock held. */
    boolean isStalled() {
        return running.isEmpty() && window.countReady() == 0;
    }

    /** Whether no further record may begin. Lock held. */
    boolean isStopped() {
        return closed || lost;
    }

    private boolean mayBegin() {
        return !isStopped() && settlement.ending() + running.size() < MOST_ENDING;
    }

    /** A record has reached its end. Lock held. */
    void finish(Slot slot) {
        slot.state = Slot.State.FINISHED;
        claims.finish(slot);
        window.settle(slot.lane());
    }

    private void work() {
        Slot slot = next(null, null);
        while (slot != null) {
            // An interrupt that a listener left behind was not meant for the next one.
            Thread.interrupted();
            slot = next(slot, run(slot));
        }
    }

    private RoundOutcome run(Slot slot) {
        try {
            return path.run(slot);
        } catch (RuntimeException | Error e) {
            log.error("A round of event {} of {} could not be ended, it runs again", slot.record.eventId(), this, e);
            return new RoundOutcome.Retry(Map.of("record path", e), slot.nextLedgerBackOff());
        }
    }

    /** Settles the round that has ended, if any, and takes the next record to run; absent when this worker may go. */
    private synchronized @Nullable Slot next(@Nullable Slot done, @Nullable RoundOutcome outcome) {
        if (done != null && outcome != null) {
            running.remove(done);
            settlement.settle(done, outcome);
            window.free(done.lane());
        }
        Slot slot = null;
        while (slot == null && mayBegin() && window.countReady() > 0) {
            slot = window.takeReady();
            if (slot != null && !claims.begin(slot)) {
                window.free(slot.lane());
                slot = null;
            }
        }
        if (slot == null) {
            workers--;
        } else {
            slot.state = Slot.State.RUNNING;
            slot.runningSinceNanos = path.nanoTime();
            running.add(slot);
        }
        pump();
        return slot;
    }

    /** Another process holds a record of this shard. Lock held. */
    void lose() {
        lost = true;
        report.claimLost();
    }

    /** Progress of a record needs no saving any more. */
    synchronized void progressSaved(boolean claimHeld) {
        if (!claimHeld && !isStopped()) {
            lose();
        }
        if (closed) {
            pump();
        }
    }

    /** A record's completion is in the ledger. */
    synchronized void completed(Slot slot) {
        settlement.completed(slot);
        pump();
    }

    /** The key that a record waits for may be free now. */
    synchronized void wake(Slot slot) {
        claims.wake(slot);
    }

    private void leaveKeys() {
        for (Slot slot : window.slots()) {
            claims.leaveKey(slot);
        }
    }

    @Override
    public synchronized int unfinished() {
        return window.size();
    }

    @Override
    public synchronized @Nullable Instant oldestUnfinished() {
        Slot oldest = window.oldest();
        return oldest == null ? null : oldest.record.createdAt();
    }

    @Override
    public synchronized @Nullable String problem() {
        String problem = claims.problem();
        if (problem == null && window.size() > 0) {
            problem = path.problem();
        }
        return problem == null ? settlement.problem() : problem;
    }

    @Override
    public synchronized Duration runningFor() {
        return running.isEmpty()
                ? Duration.ZERO
                : Duration.ofNanos(path.nanoTime() - running.iterator().next().runningSinceNanos);
    }

    @Override
    public synchronized CompletableFuture<Void> close() {
        if (!closed) {
            closed = true;
            pump();
        }
        return closing;
    }

    @Override
    public String toString() {
        return path.table() + "/" + shardId;
    }
}
