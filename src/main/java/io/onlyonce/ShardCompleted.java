package io.onlyonce;

import io.onlyonce.stream.ShardId;

/**
 * Every record of a shard has been processed and the shard is closed; its children follow. For observation only.
 *
 * @param table name of the table
 * @param shardId completed shard
 */
public record ShardCompleted(String table, ShardId shardId) {}
