package io.onlyonce.kcl;

import io.onlyonce.engine.Clocks;
import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.engine.ConsumerStatus.ShardStatus;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.KinesisClientLibRetryableException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;

/** A shard whose lease was opened by KCL. Offering and checkpointing are done by KCL's processing thread alone. */
final class OpenShard {

    private static final Logger log = LoggerFactory.getLogger(OpenShard.class);

    /** At most this often a shard is checkpointed while it is read. */
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(1);

    private final ConsumedTable table;
    private final ShardKey key;
    private final ShardSession session;
    private final ShardProgress progress;
    private final ShardReads reads;
    private final @Nullable Instant since;
    private final WorkerContext worker;
    private final Clocks clocks;
    private final AtomicBoolean reopened = new AtomicBoolean();

    private volatile @Nullable String checkpoint;
    private volatile boolean waiting;
    private volatile long waitedNanos;

    private Position.@Nullable After saved;
    private long savedNanos;
    private @Nullable SequenceNumber lastOffered;
    private boolean lastReadWasEmpty;

    /**
     * A shard that begins to be read.
     *
     * @param checkpoint where KCL begins, in the words of the API
     * @param since records created before are passed over; absent if none is
     */
    OpenShard(
            ConsumedTable table,
            ShardKey key,
            ShardSession session,
            ShardProgress progress,
            ShardReads reads,
            @Nullable String checkpoint,
            @Nullable Instant since,
            WorkerContext worker,
            Clocks clocks) {
        this.table = table;
        this.key = key;
        this.session = session;
        this.progress = progress;
        this.reads = reads;
        this.checkpoint = checkpoint;
        this.since = since;
        this.worker = worker;
        this.clocks = clocks;
        this.waitedNanos = clocks.nanos();
        this.savedNanos = clocks.nanos();
    }

    ShardKey key() {
        return key;
    }

    ShardSession session() {
        return session;
    }

    /** Records that were created before are passed over; absent if none is. */
    @Nullable Instant since() {
        return since;
    }

    WorkerContext worker() {
        return worker;
    }

    /** Records that do not lie before the start and were not offered before; those that were are counted. KCL repeats pages when its own machinery fails. */
    List<StreamRecord> fresh(List<StreamRecord> page) {
        var wanted = page.stream()
                .filter(record -> since == null || !record.createdAt().isBefore(since))
                .toList();
        session.passOver(wanted.stream().filter(this::wasOffered).toList());
        return wanted.stream().filter(record -> !wasOffered(record)).toList();
    }

    private boolean wasOffered(StreamRecord record) {
        return lastOffered != null && !record.sequenceNumber().isAfter(lastOffered);
    }

    void offer(List<StreamRecord> records) {
        if (!records.isEmpty()) {
            session.offer(records);
            lastOffered = records.get(records.size() - 1).sequenceNumber();
        }
    }

    /** A page was read; two empty ones in a row while nothing is unfinished mean the tip, one proves nothing. */
    void read(boolean empty, long nanos) {
        if (empty && lastReadWasEmpty && session.unfinished() == 0) {
            progress.atTip(nanos);
        }
        lastReadWasEmpty = empty;
    }

    /** Whether KCL's thread is kept from taking the next page, so that no read is due. */
    void waits(boolean now) {
        waitedNanos = clocks.nanos();
        waiting = now;
    }

    /** Begins nothing new; the shard is opened anew by another session, here or elsewhere. */
    CompletableFuture<Void> end() {
        var closed = session.close();
        if (session.isLost()) {
            reopen();
        }
        return closed;
    }

    /** Has KCL open the shard anew from its checkpoint, if this worker still holds it. */
    void reopen() {
        if (reopened.compareAndSet(false, true) && table.isOpen(this)) {
            worker.reopen(key);
        }
    }

    /** Whether this worker holds the lease, or has let go of it only to have the shard opened anew. KCL tells a processor that it has lost its lease only when the processor is not at work and KCL comes round to it. */
    boolean isHeld() {
        return reopened.get() || worker.held(key) != null;
    }

    /** Checkpoints what is finished, if it is time. A failure costs nothing but repeated reading, so it is tried again later. */
    void checkpoint(RecordProcessorCheckpointer checkpointer, boolean now) {
        var reached = session.reached();
        if (reached == null
                || reached.equals(saved)
                || (!now && clocks.since(savedNanos).compareTo(CHECKPOINT_INTERVAL) < 0)) {
            return;
        }
        savedNanos = clocks.nanos();
        try {
            checkpointer.checkpoint(reached.sequenceNumber().digits());
            saved = reached;
            checkpoint = reached.sequenceNumber().digits();
        } catch (ShutdownException e) {
            log.info("{} is held by another worker now: {}", this, e.getMessage());
            var unused = session.close();
        } catch (InvalidStateException | KinesisClientLibRetryableException e) {
            log.warn("{} could not be checkpointed yet: {}", this, e.toString());
        }
    }

    /** Checkpoints the end of the shard; answers whether KCL need not ask again. */
    boolean checkpointEnd(RecordProcessorCheckpointer checkpointer) {
        try {
            checkpointer.checkpoint();
            checkpoint = "SHARD_END";
            table.completed(this, reads.isVanished());
            return true;
        } catch (ShutdownException e) {
            log.info("{} is held by another worker now: {}", this, e.getMessage());
            return true;
        } catch (InvalidStateException | KinesisClientLibRetryableException e) {
            log.warn("The end of {} could not be checkpointed yet: {}", this, e.toString());
            return false;
        }
    }

    Duration lag() {
        return progress.lag();
    }

    ShardStatus status(boolean held, @Nullable String parent, Duration idleDelay) {
        var problem = session.problem();
        return new ShardStatus(
                key.shardId().value(),
                parent,
                held ? ShardState.PAUSED : problem == null ? ShardState.READING : ShardState.BLOCKED,
                problem,
                checkpoint,
                lag(),
                reads.lastSuccess(),
                overdue(idleDelay),
                session.runningFor());
    }

    private Duration overdue(Duration idleDelay) {
        if (waiting) {
            return Duration.ZERO;
        }
        var sinceAnswer = reads.sinceAnswer();
        var sinceWait = clocks.since(waitedNanos);
        var overdue = (sinceAnswer.compareTo(sinceWait) < 0 ? sinceAnswer : sinceWait).minus(idleDelay);
        return overdue.isNegative() ? Duration.ZERO : overdue;
    }

    @Override
    public String toString() {
        return table.name() + "/" + key.shardId();
    }
}
