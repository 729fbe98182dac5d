package io.onlyonce.kcl;

import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsShardSyncer;
import io.onlyonce.GapDetected.Reason;
import io.onlyonce.stream.ShardId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.coordinator.DeletedStreamListProvider;
import software.amazon.kinesis.leases.HierarchicalShardSyncer;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseRefresher;
import software.amazon.kinesis.leases.MultiStreamLease;
import software.amazon.kinesis.leases.ShardDetector;
import software.amazon.kinesis.leases.exceptions.DependencyException;
import software.amazon.kinesis.leases.exceptions.InvalidStateException;
import software.amazon.kinesis.leases.exceptions.ProvisionedThroughputException;
import software.amazon.kinesis.metrics.MetricsScope;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * The adapter's synchronization of leases with shards, with two faults of its version 2.0.1 mended. At the end of a shard it creates the leases of the children under keys of a single-stream application, where no
 * multi-stream one finds them. And it deletes the leases of shards that are gone, processed or not, with no more than a line in the log.
 */
final class SoundShardSyncer extends DynamoDBStreamsShardSyncer {

    private final ConsumedTables tables;
    private final StreamNames names;
    private final HierarchicalShardSyncer multiStream;

    SoundShardSyncer(
            StreamIdentifier stream,
            @Nullable DeletedStreamListProvider deletedStreams,
            ConsumedTables tables,
            StreamNames names) {
        super(true, stream.toString(), true, deletedStreams);
        this.tables = tables;
        this.names = names;
        this.multiStream = new HierarchicalShardSyncer(true, stream.toString(), deletedStreams);
    }

    @Override
    public Lease createLeaseForChildShard(ChildShard childShard, StreamIdentifier stream) throws InvalidStateException {
        return multiStream.createLeaseForChildShard(childShard, stream);
    }

    @Override
    public synchronized boolean checkAndCreateLeaseForNewShards(
            ShardDetector shards,
            LeaseRefresher leases,
            InitialPositionInStreamExtended initialPosition,
            MetricsScope scope,
            boolean ignoreUnexpectedChildShards,
            boolean isLeaseTableEmpty)
            throws DependencyException, InvalidStateException, ProvisionedThroughputException {
        var stream = shards.streamIdentifier();
        var before = byShard(leases.listLeasesForStream(stream));
        boolean synced = super.checkAndCreateLeaseForNewShards(
                shards, leases, initialPosition, scope, ignoreUnexpectedChildShards, isLeaseTableEmpty);
        var table = tables.of(stream);
        if (table != null && !before.isEmpty()) {
            var after = byShard(leases.listLeasesForStream(stream));
            reportDeleted(table, stream, before, after);
            reportMissing(table, stream, before, after, shards);
        }
        return synced;
    }

    /** Leases of shards that are gone although they had not been processed to their end. */
    private void reportDeleted(
            ConsumedTable table,
            StreamIdentifier stream,
            Map<String, MultiStreamLease> before,
            Map<String, MultiStreamLease> after) {
        before.forEach((shardId, lease) -> {
            var checkpoint = lease.checkpoint();
            if (!after.containsKey(shardId) && !ExtendedSequenceNumber.SHARD_END.equals(checkpoint)) {
                table.gap(
                        Reason.SHARD_VANISHED,
                        names.arn(stream),
                        new ShardId(shardId),
                        AdaptedStreamsClient.sequenceNumber(checkpoint == null ? null : checkpoint.sequenceNumber()));
            }
        });
    }

    /** Shards that came and went unseen: a new lease names a parent that nobody knows, while shards that were known are gone. */
    private void reportMissing(
            ConsumedTable table,
            StreamIdentifier stream,
            Map<String, MultiStreamLease> before,
            Map<String, MultiStreamLease> after,
            ShardDetector shards) {
        boolean knownAreGone = before.keySet().stream().anyMatch(shardId -> shards.shard(shardId) == null);
        if (!knownAreGone) {
            return;
        }
        after.forEach((shardId, lease) -> {
            if (!before.containsKey(shardId)) {
                for (var parent : lease.parentShardIds()) {
                    if (!before.containsKey(parent) && !after.containsKey(parent) && shards.shard(parent) == null) {
                        table.gap(Reason.SHARD_VANISHED, names.arn(stream), new ShardId(parent), null);
                    }
                }
            }
        });
    }

    private static Map<String, MultiStreamLease> byShard(List<Lease> leases) {
        var byShard = new HashMap<String, MultiStreamLease>();
        for (var lease : leases) {
            var multiStreamLease = (MultiStreamLease) lease;
            byShard.put(multiStreamLease.shardId(), multiStreamLease);
        }
        return byShard;
    }
}
