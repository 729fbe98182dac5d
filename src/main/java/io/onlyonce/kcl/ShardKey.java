package io.onlyonce.kcl;

import io.onlyonce.stream.ShardId;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.leases.MultiStreamLease;

/**
 * A shard among all streams of a consumer.
 *
 * @param stream its stream, as KCL writes it in leases
 * @param shardId shard
 */
record ShardKey(String stream, ShardId shardId) {

    static ShardKey of(StreamIdentifier stream, String shardId) {
        return new ShardKey(stream.serialize(), new ShardId(shardId));
    }

    static ShardKey of(MultiStreamLease lease) {
        return new ShardKey(lease.streamIdentifier(), new ShardId(lease.shardId()));
    }

    String leaseKey() {
        return MultiStreamLease.getLeaseKey(stream, shardId.value());
    }
}
