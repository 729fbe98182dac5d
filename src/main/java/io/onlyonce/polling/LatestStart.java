package io.onlyonce.polling;

import io.onlyonce.checkpoint.Checkpoint;
import io.onlyonce.checkpoint.CheckpointStore;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.ShardId;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Set;

/** The first start of a table at {@code latest}: where it begins is stored before anything is read, so that it is the first start only once. */
final class LatestStart {

    private LatestStart() {}

    /** Stores where all listed shards begin; answers those that begin now. */
    static Set<ShardId> store(CheckpointStore checkpoints, ShardBook book, Instant now) {
        boolean first = book.positions().isEmpty();
        var starts = ShardLineage.startAtLatest(book.shards(), book.positions(), now);
        var shards = new HashMap<ShardId, ListedShard>();
        book.shards().forEach(shard -> shards.put(shard.id(), shard));
        var fresh = new HashSet<ShardId>();
        starts.forEach((id, from) -> {
            var shard = shards.get(id);
            checkpoints.advance(new Checkpoint(book.streamArn(), id, shard == null ? null : shard.parent(), from));
            if (first && from instanceof Position.Latest) {
                fresh.add(id);
            }
        });
        starts.forEach(book::stored);
        return fresh;
    }
}
