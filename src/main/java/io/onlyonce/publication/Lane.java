package io.onlyonce.publication;

import java.util.ArrayDeque;

/** Records that must run one after the other. Guarded by the shard delivery's lock. */
final class Lane {

    final Object key;
    final ArrayDeque<Slot> slots = new ArrayDeque<>();
    /** Whether its head is queued to run or running. */
    boolean busy;

    Lane(Object key) {
        this.key = key;
    }
}
