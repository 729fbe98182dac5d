package io.onlyonce;

import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;

/**
 * A duplicate arrived and was not published. For observation only: a listener's exception is logged and changes nothing.
 *
 * @param table name of the table
 * @param kind why it is a duplicate
 * @param eventId identifier of the dropped change
 * @param deduplicationKey key under which it was recognised; for a rewrite, the item's key
 * @param shardId shard from which it was read
 * @param sequenceNumber place in the shard
 */
public record DuplicateDropped(
        String table,
        DuplicateKind kind,
        String eventId,
        String deduplicationKey,
        ShardId shardId,
        SequenceNumber sequenceNumber) {}
