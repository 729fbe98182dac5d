package io.onlyonce.publication;

import io.onlyonce.stream.Position;
import io.onlyonce.stream.StreamRecord;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Records of a shard that have not all reached their end, in the order of the shard, and the lanes in which they run: one lane for all, or one for each item. Not thread-safe.
 */
final class Window {

    private static final Object SHARD = new Object();

    private final OrderedShardDelivery owner;
    private final boolean lanePerItem;
    private final ArrayDeque<Slot> slots = new ArrayDeque<>();
    private final SortedMap<Long, Slot> unclaimed = new TreeMap<>();
    private final Map<Object, Lane> lanes = new HashMap<>();
    private final ArrayDeque<Lane> ready = new ArrayDeque<>();
    private long nextIndex;

    Window(OrderedShardDelivery owner, boolean lanePerItem) {
        this.owner = owner;
        this.lanePerItem = lanePerItem;
    }

    /** Appends a record that has to be claimed and delivered. */
    void add(StreamRecord record, boolean endedBefore) {
        Slot slot = new Slot(owner, nextIndex++, record);
        slot.endedBefore = endedBefore;
        Lane lane = lanes.computeIfAbsent(lanePerItem ? record.keys() : SHARD, Lane::new);
        slot.lane = lane;
        lane.slots.add(slot);
        slots.add(slot);
        unclaimed.put(slot.index, slot);
    }

    /** Appends a record that only has to be passed. */
    void addFinished(StreamRecord record) {
        Slot slot = new Slot(owner, nextIndex++, record);
        slot.state = Slot.State.FINISHED;
        slots.add(slot);
    }

    /** Records to be claimed, by their order. */
    SortedMap<Long, Slot> unclaimed() {
        return unclaimed;
    }

    /** All records of the window, by their order. */
    Iterable<Slot> slots() {
        return slots;
    }

    int size() {
        return slots.size();
    }

    @Nullable Slot oldest() {
        return slots.peek();
    }

    /** Whether a record is the next of its lane. */
    boolean isHead(Slot slot) {
        return slot.lane().slots.peek() == slot;
    }

    /** Queues a lane to run if its next record may. To be called after the state of one of its records has changed. */
    void settle(Lane lane) {
        if (lane.busy) {
            return;
        }
        Slot head = lane.slots.peek();
        while (head != null && (head.state == Slot.State.FINISHED || head.state == Slot.State.ENDING)) {
            lane.slots.remove();
            head = lane.slots.peek();
        }
        if (head == null) {
            // By key and lane: one that has emptied before may have been followed by another for the same item.
            lanes.remove(lane.key, lane);
        } else if (head.state == Slot.State.CLAIMED) {
            lane.busy = true;
            ready.add(lane);
        }
    }

    /** How many lanes are queued. */
    int countReady() {
        return ready.size();
    }

    /** Takes the next record to run. Its lane stays busy until {@link #free}. */
    @Nullable Slot takeReady() {
        Lane lane = ready.poll();
        while (lane != null) {
            Slot head = lane.slots.peek();
            if (head != null && head.state == Slot.State.CLAIMED) {
                return head;
            }
            // Its claim was let go after it had been queued.
            free(lane);
            lane = ready.poll();
        }
        return null;
    }

    /** Ends what {@link #takeReady()} began. */
    void free(Lane lane) {
        lane.busy = false;
        settle(lane);
    }

    /** Drops finished records from the front; answers with the last of them. */
    Position.@Nullable After drain() {
        Slot last = null;
        Slot head = slots.peek();
        while (head != null && head.state == Slot.State.FINISHED) {
            last = slots.remove();
            head = slots.peek();
        }
        return last == null ? null : new Position.After(last.record.sequenceNumber(), last.record.createdAt());
    }
}
