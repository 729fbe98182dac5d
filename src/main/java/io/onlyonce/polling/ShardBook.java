package io.onlyonce.polling;

import io.onlyonce.checkpoint.Checkpoint;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.ShardId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of the shards of one stream. Kept by the tasks of the table; only what is marked may be asked from other threads. */
final class ShardBook {

    /** A shard that ended here, and when; {@code processedUpTo} is what its children inherit. */
    private record Ended(long nanos, Instant processedUpTo) {}

    private final String streamArn;
    private final Map<ShardId, ListedShard> shards = new LinkedHashMap<>();
    private final Map<ShardId, Position> positions = new HashMap<>();
    private final Map<ShardId, Ended> ended = new HashMap<>();
    private final Set<ShardId> parents = new HashSet<>();
    private final Set<ShardId> orphans = new HashSet<>();
    private Set<ShardId> unlisted = Set.of();
    private boolean complete;
    private volatile List<ShardLineage.Planned> planned = List.of();
    private volatile @Nullable Long childlessSince;

    ShardBook(String streamArn, Collection<Checkpoint> checkpoints) {
        this.streamArn = streamArn;
        for (var row : checkpoints) {
            positions.put(row.shardId(), row.position());
            add(new ListedShard(row.shardId(), row.parentShardId(), row.position() instanceof Position.ShardEnd));
        }
    }

    /** From any thread. */
    String streamArn() {
        return streamArn;
    }

    /** The last plan; from any thread. */
    List<ShardLineage.Planned> planned() {
        return planned;
    }

    /** Since when a shard that ended here has no known child, so that there may be shards to read that are not known; from any thread. */
    @Nullable Long childlessSince() {
        return childlessSince;
    }

    void add(ListedShard shard) {
        shards.put(shard.id(), shard);
        if (shard.parent() != null) {
            parents.add(shard.parent());
        }
    }

    /** All shards have been listed. Only now is a parent that is not known known to be gone: a child found in between may be listed, or be told by its own parent, before its parent is. */
    void listedAll() {
        complete = true;
        orphans.clear();
        for (var shard : shards.values()) {
            if (shard.parent() != null && !shards.containsKey(shard.parent())) {
                orphans.add(shard.id());
            }
        }
    }

    boolean isComplete() {
        return complete;
    }

    Collection<ListedShard> shards() {
        return shards.values();
    }

    Map<ShardId, Position> positions() {
        return positions;
    }

    boolean hasChild(ShardId parent) {
        return parents.contains(parent);
    }

    void stored(ShardId shardId, Position position) {
        positions.put(shardId, position);
    }

    void ended(ShardId shardId, long nanos, Instant processedUpTo) {
        positions.put(shardId, new Position.ShardEnd());
        ended.put(shardId, new Ended(nanos, processedUpTo));
    }

    /** Moment up to which everything before a shard had been processed; absent if not known. */
    @Nullable Instant processedBefore(ListedShard shard) {
        var parent = shard.parent() == null ? null : ended.get(shard.parent());
        return parent == null ? null : parent.processedUpTo();
    }

    List<ShardLineage.Planned> plan() {
        planned = List.copyOf(ShardLineage.plan(shards.values(), positions, orphans));
        childlessSince = ended.entrySet().stream()
                .filter(end -> !parents.contains(end.getKey()))
                .map(end -> end.getValue().nanos())
                .min((a, b) -> Long.signum(a - b))
                .orElse(null);
        return planned;
    }

    boolean isFinished() {
        return planned.stream().allMatch(shard -> shard.turn() == ShardLineage.Turn.FINISHED);
    }

    /** Finished shards that two complete listings in a row left out. Unless others are stored, one of them stays, because without any checkpoint the next start would count as the first. */
    List<ShardId> forgettable(Set<ShardId> listed, boolean othersStored) {
        var missing = new HashSet<ShardId>();
        var forgettable = new ArrayList<ShardId>();
        for (var id : shards.keySet()) {
            if (!listed.contains(id) && positions.get(id) instanceof Position.ShardEnd) {
                missing.add(id);
                if (unlisted.contains(id) && (othersStored || forgettable.size() + 1 < positions.size())) {
                    forgettable.add(id);
                }
            }
        }
        unlisted = missing;
        return forgettable;
    }

    void forget(ShardId shardId) {
        var forgotten = shards.remove(shardId);
        positions.remove(shardId);
        ended.remove(shardId);
        parents.remove(shardId);
        if (forgotten != null && forgotten.parent() != null && !shards.containsKey(forgotten.parent())) {
            parents.remove(forgotten.parent());
        }
    }
}
