package io.onlyonce.kcl;

import io.onlyonce.engine.Clocks;
import io.onlyonce.publication.RecordPath;
import io.onlyonce.publication.ShardDelivery;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.ShardId;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One delivery of a shard, from the moment it may be opened until it is closed for good. Whoever waits for it to go on waits on its monitor. */
final class ShardSession implements ShardDelivery.Callback {

    private static final Duration RETRY_TO_OPEN = Duration.ofSeconds(1);

    private final RecordPath path;
    private final ShardId shardId;
    private final CompletableFuture<Void> predecessor;
    private final ShardProgress progress;
    private final Clocks clocks;
    private @Nullable ShardDelivery delivery;
    private Position.@Nullable After reached;
    private @Nullable String failure;
    private long retryNanos;
    private boolean over;
    private boolean lost;

    /**
     * Begins a session.
     *
     * @param predecessor completes when no other delivery of the shard is open
     */
    ShardSession(
            RecordPath path,
            ShardId shardId,
            CompletableFuture<Void> predecessor,
            ShardProgress progress,
            Clocks clocks) {
        this.path = path;
        this.shardId = shardId;
        this.predecessor = predecessor;
        this.progress = progress;
        this.clocks = clocks;
    }

    /** Whether records may be offered; opens the delivery if that can be done now. */
    synchronized boolean isOpen() {
        if (over || delivery != null) {
            return !over;
        }
        if (!predecessor.isDone() || (failure != null && clocks.nanos() - retryNanos < 0)) {
            return false;
        }
        try {
            delivery = path.open(shardId, this);
            failure = null;
            return true;
        } catch (RuntimeException e) {
            failure = "cannot be opened: " + e;
            retryNanos = clocks.nanos() + RETRY_TO_OPEN.toNanos();
            return false;
        }
    }

    /** Appends records of an open session. */
    void offer(List<StreamRecord> records) {
        var open = delivery();
        if (open != null) {
            open.offer(records);
        }
    }

    /** Counts records of an open session that were offered before. */
    void passOver(List<StreamRecord> records) {
        var open = delivery();
        if (open != null && !records.isEmpty()) {
            open.passOver(records);
        }
    }

    int unfinished() {
        var open = delivery();
        return open == null ? 0 : open.unfinished();
    }

    /** Position up to which everything is finished; absent if nothing is. */
    synchronized Position.@Nullable After reached() {
        return reached;
    }

    /** Whether nothing may be offered any more. */
    synchronized boolean isOver() {
        return over;
    }

    /** Whether the session ended because another process has a record that was in hand here. */
    synchronized boolean isLost() {
        return lost;
    }

    /** Begins nothing new and never opens again. Completes when no delivery of the shard is open any more. */
    CompletableFuture<Void> close() {
        ShardDelivery open;
        synchronized (this) {
            over = true;
            notifyAll();
            open = delivery;
        }
        return open == null ? predecessor : open.close();
    }

    /** Waits for something to change, but not for long. */
    synchronized void await(Duration patience) throws InterruptedException {
        TimeUnit.MILLISECONDS.timedWait(this, Math.max(1, patience.toMillis()));
    }

    @Override
    public void progressed(Position.After position) {
        progress.finished(position.createdAt());
        synchronized (this) {
            reached = position;
            notifyAll();
        }
    }

    @Override
    public void claimLost() {
        synchronized (this) {
            lost = true;
        }
        var unused = close();
    }

    @Nullable String problem() {
        var open = delivery();
        return open == null ? failure() : open.problem();
    }

    @Nullable Instant oldestUnfinished() {
        var open = delivery();
        return open == null ? null : open.oldestUnfinished();
    }

    Duration runningFor() {
        var open = delivery();
        return open == null ? Duration.ZERO : open.runningFor();
    }

    private synchronized @Nullable ShardDelivery delivery() {
        return delivery;
    }

    private synchronized @Nullable String failure() {
        return failure;
    }
}
