package io.onlyonce.chaos;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** Counts by key; any thread may add. */
final class Tally<K> {

    private final Map<K, Adders> counts = new ConcurrentHashMap<>();

    /**
     * A count.
     *
     * @param calls how many calls
     * @param parts how many items, keys, statements or records in them, by the kind of the key
     */
    record Count(long calls, long parts) {

        static final Count NONE = new Count(0, 0);

        Count plus(Count other) {
            return new Count(calls + other.calls, parts + other.parts);
        }
    }

    void add(K key, long parts) {
        var adders = counts.computeIfAbsent(key, absent -> new Adders(new LongAdder(), new LongAdder()));
        adders.calls.increment();
        adders.parts.add(parts);
    }

    Map<K, Count> counts() {
        return counts.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> new Count(
                                entry.getValue().calls.sum(),
                                entry.getValue().parts.sum())));
    }

    void clear() {
        counts.clear();
    }

    private record Adders(LongAdder calls, LongAdder parts) {}
}
