package io.onlyonce.checkpoint;

import io.onlyonce.stream.ShardId;
import java.util.List;

/**
 * Checkpoints of one consumer and table, across all streams that the table has had. Methods block for their round trips, may be called from any thread, and throw the SDK's exceptions when DynamoDB cannot
 * answer; repeating a call is harmless.
 */
public interface CheckpointStore {

    /** All checkpoints, by a strongly consistent read. */
    List<Checkpoint> findAll();

    /**
     * Moves the checkpoint of a shard forward, or creates it. A crash before the call leaves the old checkpoint, and the records in between are read and dropped again.
     *
     * @return whether it moved; {@code false} if the stored one is as far or {@linkplain io.onlyonce.stream.Position#isBeyond beyond}, because another process has worked on the shard
     */
    boolean advance(Checkpoint checkpoint);

    /** Forgets a shard of a stream; nothing happens if there is no checkpoint. */
    void delete(String streamArn, ShardId shardId);
}
