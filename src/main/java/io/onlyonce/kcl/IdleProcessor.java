package io.onlyonce.kcl;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.ShardRecordProcessor;

/** Holds a lease of a table that this process is not configured to consume, as during a change of configuration, and touches nothing: the shard stays where it is until a process that knows the table has the lease. */
final class IdleProcessor implements ShardRecordProcessor {

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final StreamIdentifier stream;
    private final WorkerContext worker;
    private volatile @Nullable ShardKey key;

    IdleProcessor(StreamIdentifier stream, WorkerContext worker) {
        this.stream = stream;
        this.worker = worker;
    }

    @Override
    public void initialize(InitializationInput input) {
        key = ShardKey.of(stream, input.shardId());
    }

    @Override
    public void processRecords(ProcessRecordsInput input) {
        var shard = key;
        try {
            while (shard != null && worker.mayRead(shard)) {
                worker.awaitStop(LOOK_AGAIN);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void leaseLost(LeaseLostInput input) {}

    /** Does not checkpoint, so that KCL asks again. */
    @Override
    public void shardEnded(ShardEndedInput input) {
        try {
            worker.awaitStop(LOOK_AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void shutdownRequested(ShutdownRequestedInput input) {}
}
