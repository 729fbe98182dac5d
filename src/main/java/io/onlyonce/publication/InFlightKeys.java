package io.onlyonce.publication;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Deduplication keys of one table that this process is working on, across its shards, so that two records with one key never run side by side here and a batch never names a key twice.
 */
final class InFlightKeys {

    private final Map<String, List<Runnable>> waitersByKey = new HashMap<>();
    private final Executor executor;

    /** Waiters are told on {@code executor}, because whoever leaves a key holds locks of its own. */
    InFlightKeys(Executor executor) {
        this.executor = executor;
    }

    /**
     * Enters a key, unless it is in flight already.
     *
     * @param waiter told once when the key is free and was not entered; it must try again
     * @return whether the key was entered
     */
    synchronized boolean enter(String key, Runnable waiter) {
        List<Runnable> waiters = waitersByKey.putIfAbsent(key, List.of());
        if (waiters == null) {
            return true;
        }
        var more = new ArrayList<>(waiters);
        more.add(waiter);
        waitersByKey.put(key, more);
        return false;
    }

    /** Leaves a key that was entered. */
    void leave(String key) {
        List<Runnable> waiters;
        synchronized (this) {
            waiters = waitersByKey.remove(key);
        }
        if (waiters != null) {
            waiters.forEach(executor::execute);
        }
    }
}
