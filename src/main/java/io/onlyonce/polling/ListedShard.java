package io.onlyonce.polling;

import io.onlyonce.stream.ShardId;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.Shard;

/**
 * A shard as DescribeStream lists it.
 *
 * @param id identifier
 * @param parent parent, which may be listed or not
 * @param closed whether it has an end; listed as open it may be closed all the same
 */
record ListedShard(ShardId id, @Nullable ShardId parent, boolean closed) {

    static ListedShard of(Shard shard) {
        var parent = shard.parentShardId();
        var range = shard.sequenceNumberRange();
        return new ListedShard(
                new ShardId(shard.shardId()),
                parent == null || parent.isEmpty() || parent.equals(shard.shardId()) ? null : new ShardId(parent),
                range != null && range.endingSequenceNumber() != null);
    }
}
