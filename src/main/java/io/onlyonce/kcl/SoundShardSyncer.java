package io.onlyonce.kcl;

import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsShardSyncer;
import io.onlyonce.GapDetected.Reason;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
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
        var table = tables.of(shards.streamIdentifier());
        var known = byShard(leases.listLeasesForStream(shards.streamIdentifier()));
        return super.checkAndCreateLeaseForNewShards(
                shards,
                table == null || known.isEmpty() ? leases : reporting(leases, table, known, shards),
                initialPosition,
                scope,
                ignoreUnexpectedChildShards,
                isLeaseTableEmpty);
    }

    /** The leases, with gaps reported before a lease is deleted or created: afterwards nothing would tell of them any more. */
    private LeaseRefresher reporting(
            LeaseRefresher leases, ConsumedTable table, Map<String, MultiStreamLease> known, ShardDetector shards) {
        return (LeaseRefresher) Proxy.newProxyInstance(
                LeaseRefresher.class.getClassLoader(),
                new Class<?>[] {LeaseRefresher.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("deleteLease")) {
                        reportDeleted(table, (MultiStreamLease) arguments[0]);
                    } else if (method.getName().equals("createLeaseIfNotExists")) {
                        reportMissing(table, (MultiStreamLease) arguments[0], known, shards);
                    }
                    try {
                        return method.invoke(leases, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** A shard that is gone although it had not been processed to its end. */
    private void reportDeleted(ConsumedTable table, MultiStreamLease lease) {
        var checkpoint = lease.checkpoint();
        if (!ExtendedSequenceNumber.SHARD_END.equals(checkpoint)) {
            vanished(
                    table,
                    lease,
                    lease.shardId(),
                    AdaptedStreamsClient.sequenceNumber(checkpoint == null ? null : checkpoint.sequenceNumber()));
        }
    }

    /** Shards that came and went unseen: a new lease names a parent that nobody knows, while shards that were known are gone. */
    private void reportMissing(
            ConsumedTable table, MultiStreamLease lease, Map<String, MultiStreamLease> known, ShardDetector shards) {
        if (known.keySet().stream().allMatch(shardId -> shards.shard(shardId) != null)) {
            return;
        }
        for (var parent : lease.parentShardIds()) {
            if (!known.containsKey(parent) && shards.shard(parent) == null) {
                vanished(table, lease, parent, null);
            }
        }
    }

    private void vanished(ConsumedTable table, MultiStreamLease lease, String shardId, @Nullable SequenceNumber after) {
        table.gap(
                Reason.SHARD_VANISHED,
                names.arn(StreamIdentifier.multiStreamInstance(lease.streamIdentifier())),
                new ShardId(shardId),
                after);
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
