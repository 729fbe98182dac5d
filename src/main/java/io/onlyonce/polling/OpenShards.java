package io.onlyonce.polling;

import io.onlyonce.stream.ShardId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The readers of a table. While it is shut, no reader is added, so that whoever shuts it has them all. */
final class OpenShards {

    private final Map<ShardId, ShardReader> readers = new ConcurrentHashMap<>();
    private boolean accepting;

    /** Adds a reader unless shut; whether it was added. */
    synchronized boolean add(ShardReader reader) {
        if (accepting) {
            readers.put(reader.shard().id(), reader);
        }
        return accepting;
    }

    void remove(ShardReader reader) {
        readers.remove(reader.shard().id(), reader);
    }

    @Nullable ShardReader get(ShardId shardId) {
        return readers.get(shardId);
    }

    Collection<ShardReader> all() {
        return readers.values();
    }

    synchronized boolean isAccepting() {
        return accepting;
    }

    /** Begins anew without readers. */
    synchronized void openEmpty() {
        readers.clear();
        accepting = true;
    }

    /** Shuts, reads no further, and lets finish what is in hand. */
    CompletableFuture<Void> drain() {
        return shut(ShardReader::drain);
    }

    /** Shuts, and begins no further record. */
    CompletableFuture<Void> close() {
        return shut(ShardReader::close);
    }

    /** Stores the progress of all. */
    CompletableFuture<Void> flush() {
        return each(List.copyOf(readers.values()), ShardReader::flush);
    }

    private CompletableFuture<Void> shut(Function<ShardReader, CompletableFuture<Void>> end) {
        List<ShardReader> affected;
        synchronized (this) {
            accepting = false;
            affected = List.copyOf(readers.values());
        }
        return each(affected, end);
    }

    private static CompletableFuture<Void> each(
            List<ShardReader> readers, Function<ShardReader, CompletableFuture<Void>> action) {
        return CompletableFuture.allOf(readers.stream().map(action).toArray(CompletableFuture[]::new));
    }
}
