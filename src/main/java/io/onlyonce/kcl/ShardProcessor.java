package io.onlyonce.kcl;

import com.amazonaws.services.dynamodbv2.streamsadapter.adapter.DynamoDBStreamsClientRecord;
import io.onlyonce.engine.Clocks;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * Hands the pages of one lease to the record path. KCL calls it on one thread at a time, also without records while the shard is idle. KCL skips what a processor throws on, so this one never throws: when something is
 * wrong it accepts nothing more, checkpoints nothing more, and has the shard opened anew from its checkpoint.
 */
final class ShardProcessor implements ShardRecordProcessor {

    private static final Logger log = LoggerFactory.getLogger(ShardProcessor.class);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    private final ConsumedTable table;
    private final StreamIdentifier stream;
    private final String streamArn;
    private final WorkerContext worker;
    private final int pageSize;
    private final Clocks clocks;
    private volatile @Nullable OpenShard shard;

    ShardProcessor(
            ConsumedTable table,
            StreamIdentifier stream,
            String streamArn,
            WorkerContext worker,
            int pageSize,
            Clocks clocks) {
        this.table = table;
        this.stream = stream;
        this.streamArn = streamArn;
        this.worker = worker;
        this.pageSize = pageSize;
        this.clocks = clocks;
    }

    @Override
    public void initialize(InitializationInput input) {
        var from = input.extendedSequenceNumber();
        var key = ShardKey.of(stream, input.shardId());
        if (ExtendedSequenceNumber.TRIM_HORIZON.equals(from)) {
            table.beginsBehindItsParents(key, streamArn, worker);
        }
        shard = table.open(key, from == null ? null : from.sequenceNumber(), worker);
    }

    @Override
    public void processRecords(ProcessRecordsInput input) {
        var open = shard;
        if (open == null) {
            return;
        }
        boolean accepted = false;
        try {
            accepted = accept(open, input);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            open.reopen();
        } catch (RuntimeException | Error e) {
            open.reopen();
            log.error("{} refuses records and will be read again from its checkpoint", open, e);
        } finally {
            // What comes after a page that was not accepted must not be checkpointed.
            if (!accepted) {
                var unused = open.end();
            }
        }
    }

    private boolean accept(OpenShard open, ProcessRecordsInput input) throws InterruptedException {
        var records =
                open.fresh(input.records().stream().map(this::streamRecord).toList());
        if (!awaitRoom(open, input.checkpointer())) {
            return false;
        }
        open.offer(records);
        open.read(input.records().isEmpty(), nanosAgo(input.cacheEntryTime()));
        return true;
    }

    private boolean awaitRoom(OpenShard open, RecordProcessorCheckpointer checkpointer) throws InterruptedException {
        open.waits(true);
        try {
            while (mayGoOn(open)) {
                open.checkpoint(checkpointer, false);
                if (!table.isHeld() && open.session().isOpen() && open.session().unfinished() < pageSize) {
                    return true;
                }
                open.session().await(LOOK_AGAIN);
            }
            return false;
        } finally {
            open.waits(false);
        }
    }

    /** A table that is paused keeps its shards where they are, whether their sessions are over or not. */
    private boolean mayGoOn(OpenShard open) {
        return worker.mayRead(open.key()) && (!open.session().isOver() || table.isHeld());
    }

    @Override
    public void leaseLost(LeaseLostInput input) {
        var open = shard;
        if (open != null) {
            var unused = table.leave(open);
        }
    }

    /** KCL has no further page, and calls again until the end is checkpointed, which is not before the last record is finished. Where records were given up it never is, so the shard is opened anew. */
    @Override
    public void shardEnded(ShardEndedInput input) {
        var open = shard;
        if (open == null) {
            return;
        }
        // No read is due any more.
        open.waits(true);
        try {
            if (awaitEnd(open, input.checkpointer())) {
                return;
            }
            if (worker.isStopping()) {
                windUp(open, input.checkpointer());
                // KCL would ask again until the stop has run out of time.
                worker.drop(open.key());
            } else if (open.session().isOver()) {
                open.reopen();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            log.error("The end of {} could not be checkpointed; it will be tried again", open, e);
        }
    }

    /** Answers whether the end was checkpointed. */
    private boolean awaitEnd(OpenShard open, RecordProcessorCheckpointer checkpointer) throws InterruptedException {
        while ((!open.session().isOver() || table.isHeld()) && worker.held(open.key()) != null) {
            if (!table.isHeld() && open.session().isOpen() && open.session().unfinished() == 0) {
                if (open.checkpointEnd(checkpointer)) {
                    return true;
                }
            } else {
                open.checkpoint(checkpointer, false);
            }
            if (worker.isStopping()) {
                return false;
            }
            open.session().await(LOOK_AGAIN);
        }
        return false;
    }

    /** The lease goes to another worker, or this one stops. */
    @Override
    public void shutdownRequested(ShutdownRequestedInput input) {
        var open = shard;
        if (open == null) {
            return;
        }
        try {
            windUp(open, input.checkpointer());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            log.warn("{} could not be checkpointed; its next holder reads again what is finished: {}", open, e);
        }
    }

    private void windUp(OpenShard open, RecordProcessorCheckpointer checkpointer) throws InterruptedException {
        CompletableFuture<Void> closed = open.end();
        long begin = clocks.nanos();
        while (!closed.isDone()
                && clocks.since(begin).compareTo(worker.patience()) < 0
                && worker.held(open.key()) != null) {
            open.checkpoint(checkpointer, false);
            open.session().await(LOOK_AGAIN);
        }
        open.checkpoint(checkpointer, true);
    }

    /** A moment of this machine's clock, which is KCL's, by the one that never jumps. */
    private long nanosAgo(@Nullable Instant moment) {
        return moment == null
                ? clocks.nanos()
                : clocks.nanos()
                        - Math.max(0, Duration.between(moment, Instant.now()).toNanos());
    }

    private StreamRecord streamRecord(KinesisClientRecord kinesisRecord) {
        return StreamRecord.of(streamArn, ((DynamoDBStreamsClientRecord) kinesisRecord).getRecord());
    }
}
