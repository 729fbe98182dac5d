package io.onlyonce;

import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.util.Set;

/**
 * A record was set aside because listeners kept failing; its shard goes on, and the record waits for an operator. For observation only.
 *
 * @param id identifier under which the quarantine endpoint knows it
 * @param table name of the table
 * @param eventId identifier of the change
 * @param shardId shard from which it was read
 * @param sequenceNumber place in the shard
 * @param failedListeners listeners that have not completed
 * @param attempts how often the record was tried
 * @param cause last exception
 */
public record RecordQuarantined(
        String id,
        String table,
        String eventId,
        ShardId shardId,
        SequenceNumber sequenceNumber,
        Set<String> failedListeners,
        int attempts,
        Throwable cause) {}
