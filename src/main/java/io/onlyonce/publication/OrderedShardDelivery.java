package io.onlyonce.publication;

import io.onlyonce.ledger.CommitOutcome;
import io.onlyonce.stream.EventName;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.ShardId;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.backoff.BackOffExecution;

/**
 * Delivery of one shard: runs the rounds of claimed records in order, by lanes, on the consumer's worker threads. Its monitor guards the window and all slots in it; no call leaves the process while it is held.
 */
final class OrderedShardDelivery implements ShardDelivery {

    /** Bounds what has run and is not known to be in the ledger, and so what can be delivered again after a crash. */
    static final int MOST_ENDING = 100;

    private static final Logger log = LoggerFactory.getLogger(OrderedShardDelivery.class);

    private final ShardId shardId;
    private final TableRecordPath path;
    private final Window window;
    private final ClaimAhead claims;
    private final CompletableFuture<Void> closing = new CompletableFuture<>();
    private final ProgressReport report;
    private int workers;
    private int ending;
    private boolean closed;
    private boolean lost;
    private @Nullable String failing;
    private long runningSince;
    private int running;

    OrderedShardDelivery(ShardId shardId, TableRecordPath path, Callback callback) {
        this.shardId = shardId;
        this.path = path;
        this.window = new Window(this, path.settings().concurrency() > 1);
        this.claims = new ClaimAhead(this, window, path);
        this.report = new ProgressReport(callback, path.workerExecutor());
    }

    ShardId shardId() {
        return shardId;
    }

    @Override
    public void offer(List<StreamRecord> records) {
        path.countPassed(shardId, records);
        synchronized (this) {
            if (isStopped()) {
                return;
            }
            for (StreamRecord record : records) {
                if (record.eventName() == EventName.INSERT) {
                    window.add(record);
                } else {
                    window.addFinished(record);
                }
            }
            pump();
        }
    }

    /** Sends claims, starts workers, reports progress and ends the closing, whatever of these may be done now. Lock held. */
    void pump() {
        claims.pump();
        while (!isStopped() && window.hasReady() && workers < path.settings().concurrency() && ending < MOST_ENDING) {
            workers++;
            path.workerExecutor().execute(this::work);
        }
        Position.After position = window.drain();
        if (position != null) {
            report.progressed(position);
        }
        if (closed && workers == 0 && ending == 0 && claims.windUp()) {
            leaveKeys();
            report.finish(closing);
        }
    }

    /** Whether no further record may begin. Lock held. */
    boolean isStopped() {
        return closed || lost;
    }

    /** A record has reached its end. Lock held. */
    void finish(Slot slot) {
        slot.state = Slot.State.FINISHED;
        claims.leaveKey(slot);
        window.settle(slot.lane());
    }

    private void work() {
        Slot slot = next(null, null);
        while (slot != null) {
            RoundOutcome outcome = path.run(slot);
            slot = next(slot, outcome);
        }
    }

    /** Settles the round that has ended, if any, and takes the next record to run; absent when this worker may go. */
    private synchronized @Nullable Slot next(@Nullable Slot done, @Nullable RoundOutcome outcome) {
        if (done != null && outcome != null) {
            running--;
            settle(done, outcome);
            window.free(done.lane());
        }
        Slot slot = null;
        while (slot == null && !isStopped() && ending < MOST_ENDING && window.hasReady()) {
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
            if (running++ == 0) {
                runningSince = path.nanoTime();
            }
        }
        pump();
        return slot;
    }

    private void settle(Slot slot, RoundOutcome outcome) {
        if (outcome instanceof RoundOutcome.Completed) {
            failing = null;
            end(slot);
            path.complete(slot);
        } else if (outcome instanceof RoundOutcome.Retry retry) {
            backOff(slot, retry.failures(), retry.delay());
        } else if (outcome instanceof RoundOutcome.GivenUp givenUp) {
            if (isStopped()) {
                // The shutdown may have been what interrupted the listener, so this is no verdict on the record.
                slot.state = Slot.State.BACKING_OFF;
            } else {
                end(slot);
                path.ledgerExecutor().execute(() -> recover(slot, givenUp.failures()));
            }
        } else if (outcome instanceof RoundOutcome.LedgerUnavailable unavailable) {
            BackOffExecution backOff = slot.backOff == null ? BackOffs.forLedger() : slot.backOff;
            slot.backOff = backOff;
            backOff(slot, Map.of("ledger", unavailable.cause()), Duration.ofMillis(backOff.nextBackOff()));
        } else {
            lose(slot);
        }
    }

    private void end(Slot slot) {
        slot.state = Slot.State.ENDING;
        ending++;
    }

    private void backOff(Slot slot, Map<String, Throwable> failures, Duration delay) {
        slot.state = Slot.State.BACKING_OFF;
        failing = "event %s: %s".formatted(slot.record.eventId(), failures);
        path.saveProgress(slot.delivery());
        if (!isStopped()) {
            path.schedule(delay, () -> runAgain(slot));
        }
    }

    private synchronized void runAgain(Slot slot) {
        if (slot.state == Slot.State.BACKING_OFF) {
            slot.state = Slot.State.CLAIMED;
            window.settle(slot.lane());
            pump();
        }
    }

    /** Another process holds the record. What else runs here may end; nothing new begins. */
    private void lose(Slot slot) {
        slot.state = Slot.State.BACKING_OFF;
        lost = true;
        report.claimLost();
    }

    /** A save of progress has found the claim taken over. */
    synchronized void claimLost() {
        if (!isStopped()) {
            lost = true;
            report.claimLost();
        }
    }

    /** On a thread of the ledger: sets a record aside. If that fails its listeners get another round, because whatever ails the ledger may ail them too. */
    private void recover(Slot slot, Map<String, Throwable> failures) {
        CommitOutcome outcome;
        try {
            outcome = path.recover(slot, failures);
        } catch (RuntimeException e) {
            log.error("Event {} of {} could not be set aside, its shard waits", slot.record.eventId(), this, e);
            synchronized (this) {
                ending--;
                BackOffExecution backOff = slot.backOff == null ? BackOffs.forLedger() : slot.backOff;
                slot.backOff = backOff;
                slot.delivery().forgive();
                backOff(slot, failures, Duration.ofMillis(backOff.nextBackOff()));
                pump();
            }
            return;
        }
        synchronized (this) {
            ending--;
            if (outcome == CommitOutcome.COMMITTED) {
                failing = null;
                finish(slot);
            } else {
                lose(slot);
            }
            pump();
        }
    }

    /** A record's completion is in the ledger. */
    synchronized void completed(Slot slot) {
        ending--;
        finish(slot);
        pump();
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
        String claimProblem = claims.problem();
        return claimProblem == null ? failing : claimProblem;
    }

    @Override
    public synchronized Duration runningFor() {
        return running == 0 ? Duration.ZERO : Duration.ofNanos(path.nanoTime() - runningSince);
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
