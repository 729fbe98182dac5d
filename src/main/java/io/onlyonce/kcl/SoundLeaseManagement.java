package io.onlyonce.kcl;

import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsLeaseManagementFactory;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.StreamConfig;
import software.amazon.kinesis.coordinator.DeletedStreamListProvider;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.leases.ShardSyncTaskManager;
import software.amazon.kinesis.metrics.MetricsFactory;
import software.amazon.kinesis.retrieval.RetrievalConfig;

/** The adapter's lease management with {@link SoundShardSyncer}, and without the minute that a shard sync sleeps after its work. */
final class SoundLeaseManagement extends DynamoDBStreamsLeaseManagementFactory {

    private final ConsumedTables tables;
    private final StreamNames names;

    SoundLeaseManagement(
            KinesisAsyncClient adapter,
            LeaseManagementConfig config,
            RetrievalConfig retrieval,
            ConsumedTables tables,
            StreamNames names) {
        super(adapter, config, retrieval);
        this.tables = tables;
        this.names = names;
    }

    @Override
    public ShardSyncTaskManager createShardSyncTaskManager(
            MetricsFactory metrics, StreamConfig stream, @Nullable DeletedStreamListProvider deletedStreams) {
        return new ShardSyncTaskManager(
                createShardDetector(stream),
                createLeaseRefresher(),
                stream.initialPositionInStreamExtended(),
                isCleanupLeasesUponShardCompletion(),
                isIgnoreUnexpectedChildShards(),
                0,
                getExecutorService(),
                new SoundShardSyncer(stream.streamIdentifier(), deletedStreams, tables, names),
                metrics);
    }
}
