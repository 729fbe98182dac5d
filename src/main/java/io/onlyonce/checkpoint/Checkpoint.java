package io.onlyonce.checkpoint;

import io.onlyonce.stream.Position;
import io.onlyonce.stream.ShardId;
import org.jspecify.annotations.Nullable;

/**
 * How far one shard has been processed.
 *
 * @param streamArn stream of the shard
 * @param shardId shard
 * @param parentShardId parent of the shard; absent for a first generation
 * @param position how far
 */
public record Checkpoint(String streamArn, ShardId shardId, @Nullable ShardId parentShardId, Position position) {}
