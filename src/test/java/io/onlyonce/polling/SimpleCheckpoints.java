package io.onlyonce.polling;

import io.onlyonce.checkpoint.Checkpoint;
import io.onlyonce.checkpoint.CheckpointStore;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.ShardId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checkpoints in memory that may fail on command. */
final class SimpleCheckpoints implements CheckpointStore {

    private record Key(String streamArn, ShardId shardId) {}

    private final Map<Key, Checkpoint> rows = new LinkedHashMap<>();
    private final List<Checkpoint> writes = new ArrayList<>();
    private int failures;
    private Runnable failure = () -> {};

    @Override
    public synchronized List<Checkpoint> findAll() {
        failIfTold();
        return List.copyOf(rows.values());
    }

    @Override
    public synchronized boolean advance(Checkpoint checkpoint) {
        failIfTold();
        writes.add(checkpoint);
        var key = new Key(checkpoint.streamArn(), checkpoint.shardId());
        var stored = rows.get(key);
        if (stored != null && !checkpoint.position().isBeyond(stored.position())) {
            return false;
        }
        rows.put(key, checkpoint);
        return true;
    }

    @Override
    public synchronized void delete(String streamArn, ShardId shardId) {
        failIfTold();
        rows.remove(new Key(streamArn, shardId));
    }

    synchronized void failNext(int calls) {
        failNext(calls, () -> {
            throw new IllegalStateException("The store does not answer");
        });
    }

    /** The next calls end as {@code throwing} does. */
    synchronized void failNext(int calls, Runnable throwing) {
        failures = calls;
        failure = throwing;
    }

    /** Sets a checkpoint to wherever an operator wants it. */
    synchronized void set(Checkpoint checkpoint) {
        rows.put(new Key(checkpoint.streamArn(), checkpoint.shardId()), checkpoint);
    }

    synchronized Optional<Position> position(String shardId) {
        return rows.values().stream()
                .filter(row -> row.shardId().value().equals(shardId))
                .map(Checkpoint::position)
                .findFirst();
    }

    synchronized List<Checkpoint> writes() {
        return List.copyOf(writes);
    }

    private void failIfTold() {
        if (failures > 0) {
            failures--;
            failure.run();
        }
    }
}
