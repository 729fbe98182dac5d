package io.onlyonce.publication;

import io.onlyonce.stream.ShardId;

/** The path that every record of one table takes, whichever engine read it. */
public interface RecordPath {

    /** Opens a shard for delivery. At most one delivery of a shard may be open in a process at a time. */
    ShardDelivery open(ShardId shardId, ShardDelivery.Callback callback);
}
