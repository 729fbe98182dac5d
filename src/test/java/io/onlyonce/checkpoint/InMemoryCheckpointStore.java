package io.onlyonce.checkpoint;

import io.onlyonce.stream.ShardId;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** Checkpoints of one JVM. */
public final class InMemoryCheckpointStore implements CheckpointStore {

    private final ConcurrentHashMap<Shard, Checkpoint> checkpoints = new ConcurrentHashMap<>();

    private record Shard(String streamArn, ShardId shardId) {}

    @Override
    public List<Checkpoint> findAll() {
        return List.copyOf(checkpoints.values());
    }

    @Override
    public boolean advance(Checkpoint checkpoint) {
        var shard = new Shard(checkpoint.streamArn(), checkpoint.shardId());
        var moved = new boolean[1];
        checkpoints.compute(shard, (key, stored) -> {
            moved[0] = stored == null || checkpoint.position().isBeyond(stored.position());
            return moved[0] ? checkpoint : stored;
        });
        return moved[0];
    }

    @Override
    public void delete(String streamArn, ShardId shardId) {
        checkpoints.remove(new Shard(streamArn, shardId));
    }
}
