package io.onlyonce.polling;

import io.onlyonce.stream.Position;
import io.onlyonce.stream.ShardId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides from the shards of a stream and their positions which may be read, and from where. Listings may be incomplete or contradict themselves, so an error here only ever reads more. */
final class ShardLineage {

    /** What may be done with a shard. */
    enum Turn {
        /** Processed to its end. */
        FINISHED,
        /** Its parent comes first. */
        WAITING,
        /** May be read now. */
        READABLE
    }

    /**
     * A shard and what may be done with it.
     *
     * @param shard shard
     * @param turn what may be done
     * @param from position to read from
     */
    record Planned(ListedShard shard, Turn turn, Position from) {}

    private ShardLineage() {}

    /**
     * Plans every shard. One without a position is read from its beginning: it appeared while its stream was followed.
     *
     * @param shards shards listed or remembered
     * @param positions stored positions
     * @param orphans shards whose parent a complete listing left out, so that it is gone for good
     */
    static List<Planned> plan(Collection<ListedShard> shards, Map<ShardId, Position> positions, Set<ShardId> orphans) {
        var plan = new ArrayList<Planned>();
        for (var shard : shards) {
            var from = positions.getOrDefault(shard.id(), new Position.TrimHorizon());
            plan.add(new Planned(shard, turn(shard, from, positions, orphans), from));
        }
        return plan;
    }

    private static Turn turn(ListedShard shard, Position from, Map<ShardId, Position> positions, Set<ShardId> orphans) {
        if (from instanceof Position.ShardEnd) {
            return Turn.FINISHED;
        }
        var parent = shard.parent();
        boolean first = parent == null || positions.get(parent) instanceof Position.ShardEnd;
        return first || orphans.contains(shard.id()) ? Turn.READABLE : Turn.WAITING;
    }

    /**
     * Positions for the first start at {@code latest}, in the order in which they are to be stored. A start that was interrupted while it stored them is completed: nothing has been processed then, and the moment that it
     * began with still counts.
     *
     * @param listed all shards of the stream
     * @param stored positions stored so far
     * @param now moment of the listing
     */
    static Map<ShardId, Position> startAtLatest(
            Collection<ListedShard> listed, Map<ShardId, Position> stored, Instant now) {
        var since = stored.values().stream()
                .filter(Position.Latest.class::isInstance)
                .map(position -> ((Position.Latest) position).since())
                .min(Instant::compareTo)
                .orElse(null);
        var parents = new LinkedHashMap<ShardId, @Nullable ShardId>();
        listed.forEach(shard -> parents.put(shard.id(), shard.parent()));
        var open = new LinkedHashMap<ShardId, Position>();
        var closed = new LinkedHashMap<ShardId, Position>();
        for (var shard : listed) {
            if (followsStored(shard.id(), parents, stored)) {
                continue;
            }
            if (since != null) {
                open.put(shard.id(), new Position.Latest(since));
            } else if (stored.isEmpty()) {
                (shard.closed() ? closed : open)
                        .put(
                                shard.id(),
                                shard.closed()
                                        ? new Position.ShardEnd()
                                        : new Position.Latest(now.truncatedTo(ChronoUnit.SECONDS)));
            }
        }
        open.putAll(closed);
        return open;
    }

    /** Whether a first start at {@code latest} may have been interrupted before it stored all positions: none of them shows that anything was read. */
    static boolean isUntouched(Collection<Position> stored) {
        return stored.stream()
                .allMatch(position -> position instanceof Position.Latest || position instanceof Position.ShardEnd);
    }

    private static boolean followsStored(
            ShardId id, Map<ShardId, @Nullable ShardId> parents, Map<ShardId, Position> stored) {
        var seen = new HashSet<ShardId>();
        ShardId ancestor = id;
        while (ancestor != null && seen.add(ancestor)) {
            if (stored.containsKey(ancestor)) {
                return true;
            }
            ancestor = parents.get(ancestor);
        }
        return false;
    }
}
