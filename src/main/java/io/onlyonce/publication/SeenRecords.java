package io.onlyonce.publication;

import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.util.LinkedHashMap;
import java.util.Map;

/** How far each shard has ever been read by this process, so that what is read again is not counted again. */
final class SeenRecords {

    /** Shards come and go every few hours; what is forgotten is at worst counted twice. */
    private static final int MOST_SHARDS = 10_000;

    private final Map<ShardId, SequenceNumber> furthest = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ShardId, SequenceNumber> eldest) {
            return size() > MOST_SHARDS;
        }
    };

    /** Notes that a record was read; answers whether it had been read before. */
    synchronized boolean mark(ShardId shardId, SequenceNumber sequenceNumber) {
        SequenceNumber before = furthest.get(shardId);
        if (before != null && !sequenceNumber.isAfter(before)) {
            return true;
        }
        furthest.put(shardId, sequenceNumber);
        return false;
    }
}
