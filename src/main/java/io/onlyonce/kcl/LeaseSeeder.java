package io.onlyonce.kcl;

import io.onlyonce.GapDetected.Reason;
import io.onlyonce.checkpoint.Checkpoint;
import io.onlyonce.engine.Clocks;
import io.onlyonce.engine.StartAt;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.ShardId;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.kinesis.common.HashKeyRangeForLease;
import software.amazon.kinesis.common.StreamConfig;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseRefresher;
import software.amazon.kinesis.leases.MultiStreamLease;
import software.amazon.kinesis.leases.exceptions.LeasingException;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * Creates the leases of a stream before KCL starts, so that KCL does not wait for somebody else to do it, and puts their first checkpoints where the table is to begin. Several processes may do this at the same time.
 */
final class LeaseSeeder {

    private final DynamoDbStreamsClient streams;
    private final SoundLeaseManagement management;
    private final LeaseRefresher leases;
    private final StreamNames names;
    private final Clocks clocks;

    LeaseSeeder(DynamoDbStreamsClient streams, SoundLeaseManagement management, StreamNames names, Clocks clocks) {
        this.streams = streams;
        this.management = management;
        this.leases = management.createLeaseRefresher();
        this.names = names;
        this.clocks = clocks;
    }

    /** All leases of the consumer. */
    List<Lease> leases() throws LeasingException {
        return leases.listLeases();
    }

    /** Creates the leases that are missing for the present stream of a table. Answers whether there is any: a stream that was just enabled may list no shard yet. */
    boolean seed(ConsumedTable table, StreamConfig stream) throws LeasingException {
        var identifier = stream.streamIdentifier();
        String arn = names.arn(identifier);
        var ofTable = leases().stream()
                .map(MultiStreamLease.class::cast)
                .filter(lease -> StreamNames.table(lease.streamIdentifier()).equals(table.name()))
                .toList();
        boolean known =
                ofTable.stream().anyMatch(lease -> lease.streamIdentifier().equals(identifier.serialize()));
        var positions = positions(table, arn, ofTable.isEmpty());
        positions.forEach((shardId, position) -> {
            if (position instanceof Position.Latest latest) {
                table.startAt(identifier.serialize(), latest.since());
            }
        });
        reportTrimmedBeginnings(table, ofTable);
        var sync = management.createShardSyncTaskManager(new NullMetricsFactory(), stream, null);
        if (!known) {
            // First, because once there are leases nothing tells that they are those of another stream.
            ofTable.stream()
                    .max(Comparator.comparing(MultiStreamLease::streamIdentifier))
                    .ifPresent(former -> table.gap(Reason.STREAM_REPLACED, arnOf(former), null, null));
            create(identifier, sync.shardDetector().listShards(), positions, !ofTable.isEmpty());
        }
        var failure = sync.callShardSyncTask().getException();
        if (failure != null) {
            throw new IllegalStateException("The shards of " + arn + " cannot be listed", failure);
        }
        boolean begun = !leases.listLeasesForStream(identifier).isEmpty();
        if (begun) {
            forget(ofTable, identifier);
        }
        return begun;
    }

    /** Where something of a table was processed, what is still to begin was to be read. The sync of the shards deletes the leases that prove it. */
    private void reportTrimmedBeginnings(ConsumedTable table, List<MultiStreamLease> ofTable) {
        if (ofTable.stream().allMatch(LeaseSeeder::isUntouched)) {
            return;
        }
        for (var lease : ofTable) {
            if (isUntouched(lease)) {
                table.begins(ShardKey.of(lease), arnOf(lease));
            }
        }
    }

    private static boolean isUntouched(Lease lease) {
        return ExtendedSequenceNumber.TRIM_HORIZON.equals(lease.checkpoint());
    }

    private String arnOf(MultiStreamLease lease) {
        return names.arn(StreamIdentifier.multiStreamInstance(lease.streamIdentifier()));
    }

    /** How far another engine came, or where the first start is to begin. */
    private Map<ShardId, Position> positions(ConsumedTable table, String arn, boolean unknown) {
        var checkpoints = table.source().checkpoints();
        var rows = checkpoints.findAll();
        if (rows.isEmpty() && unknown && table.source().startAt() == StartAt.LATEST) {
            storeLatest(table, arn);
            rows = checkpoints.findAll();
        }
        var positions = new HashMap<ShardId, Position>();
        for (var row : rows) {
            if (row.streamArn().equals(arn)) {
                positions.put(row.shardId(), row.position());
            }
        }
        return positions;
    }

    /** The first start at {@code latest}: what is closed by now is passed over, and the rest begins at this moment, whenever it is read. */
    private void storeLatest(ConsumedTable table, String arn) {
        String next = null;
        Instant since = null;
        do {
            var answer = streams.describeStream(DescribeStreamRequest.builder()
                    .streamArn(arn)
                    .exclusiveStartShardId(next)
                    .build());
            if (since == null) {
                since = dateOf(answer);
            }
            for (var shard : answer.streamDescription().shards()) {
                boolean closed = shard.sequenceNumberRange().endingSequenceNumber() != null;
                table.source()
                        .checkpoints()
                        .advance(new Checkpoint(
                                arn,
                                new ShardId(shard.shardId()),
                                shard.parentShardId() == null ? null : new ShardId(shard.parentShardId()),
                                closed ? new Position.ShardEnd() : new Position.Latest(since)));
            }
            next = answer.streamDescription().lastEvaluatedShardId();
        } while (next != null && !next.isEmpty());
    }

    private Instant dateOf(DescribeStreamResponse answer) {
        var http = answer.sdkHttpResponse();
        var date = http == null ? null : http.firstMatchingHeader("Date").orElse(null);
        var own = clocks.now().truncatedTo(ChronoUnit.SECONDS);
        if (date == null) {
            return own;
        }
        try {
            return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeException e) {
            return own;
        }
    }

    /** Creates leases where a position is known, or all from the beginning if the stream replaces another one. */
    private void create(StreamIdentifier stream, List<Shard> shards, Map<ShardId, Position> positions, boolean replaced)
            throws LeasingException {
        for (var shard : shards) {
            var position = positions.get(new ShardId(shard.shardId()));
            if (position != null || replaced) {
                leases.createLeaseIfNotExists(lease(stream, shard, position));
            }
        }
    }

    private static Lease lease(StreamIdentifier stream, Shard shard, @Nullable Position position) {
        var lease = new MultiStreamLease();
        lease.leaseKey(MultiStreamLease.getLeaseKey(stream.serialize(), shard.shardId()));
        lease.streamIdentifier(stream.serialize());
        lease.shardId(shard.shardId());
        lease.parentShardIds(shard.parentShardId() == null ? List.of() : List.of(shard.parentShardId()));
        lease.ownerSwitchesSinceCheckpoint(0L);
        lease.hashKeyRange(HashKeyRangeForLease.fromHashKeyRange(shard.hashKeyRange()));
        lease.checkpoint(checkpoint(position));
        return lease;
    }

    private static ExtendedSequenceNumber checkpoint(@Nullable Position position) {
        if (position instanceof Position.After after) {
            return new ExtendedSequenceNumber(after.sequenceNumber().digits(), 0L);
        }
        return position instanceof Position.ShardEnd
                ? ExtendedSequenceNumber.SHARD_END
                : ExtendedSequenceNumber.TRIM_HORIZON;
    }

    /** Deletes what is finished of streams that the table had before; nothing else would. */
    private void forget(List<MultiStreamLease> ofTable, StreamIdentifier present) throws LeasingException {
        for (var lease : ofTable) {
            if (!lease.streamIdentifier().equals(present.serialize())
                    && ExtendedSequenceNumber.SHARD_END.equals(lease.checkpoint())) {
                leases.deleteLease(lease);
            }
        }
    }

    /** Gives up the leases of a worker that has stopped, so that others need not wait until they expire. */
    void release(String workerId) throws LeasingException {
        for (var lease : leases()) {
            if (workerId.equals(lease.checkpointOwner())) {
                // It was to be handed over.
                leases.assignLease(lease, lease.leaseOwner());
            } else if (lease.checkpointOwner() == null && workerId.equals(lease.leaseOwner())) {
                leases.evictLease(lease);
            }
        }
    }
}
