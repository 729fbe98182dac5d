package io.onlyonce.publication;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Deduplication keys of one table that this process is working on, across its shards, so that two records with one key never run side by side here and a batch never names a key twice.
 */
final class InFlightKeys {

    private final Map<String, Line> lines = new HashMap<>();
    private final Executor executor;

    /** Who holds a key and who stands in line for it; absent for a redrive. */
    private record Line(@Nullable Slot holder, List<Slot> waiting) {

        Line(@Nullable Slot holder) {
            this(holder, new ArrayList<>(0));
        }

        /** An earlier record of the same shard, if there is one: it will be told before, so the later one need not be. */
        @Nullable Slot leaderOf(Slot slot) {
            if (holder != null && isBefore(holder, slot)) {
                return holder;
            }
            return waiting.stream()
                    .filter(other -> isBefore(other, slot))
                    .findFirst()
                    .orElse(null);
        }

        private static boolean isBefore(Slot other, Slot slot) {
            return other.owner == slot.owner && other.index < slot.index;
        }
    }

    /** Those in line are told on {@code executor}, because whoever leaves a key holds locks of its own. */
    InFlightKeys(Executor executor) {
        this.executor = executor;
    }

    /** Enters a key for a redrive; answers whether it was free. */
    synchronized boolean enter(String key) {
        return lines.putIfAbsent(key, new Line(null)) == null;
    }

    /**
     * Enters the key of a record, or puts the record in line, where it is told once when the key is free and must try again.
     *
     * @return the record itself if the key was entered; an earlier record of its shard that has the key or stands in line, so that this one does not; absent if it stands in line now
     */
    synchronized @Nullable Slot enter(Slot slot) {
        Line line = lines.get(slot.claim().key());
        if (line == null) {
            lines.put(slot.claim().key(), new Line(slot));
            return slot;
        }
        Slot leader = line.leaderOf(slot);
        if (leader == null) {
            line.waiting().add(slot);
        }
        return leader;
    }

    /** Leaves a key that was entered. */
    void leave(String key) {
        Line line;
        synchronized (this) {
            line = lines.remove(key);
        }
        if (line != null) {
            for (Slot slot : line.waiting()) {
                executor.execute(() -> slot.owner.wake(slot));
            }
        }
    }
}
