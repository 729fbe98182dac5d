package io.onlyonce.publication;

import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.util.LinkedHashMap;
import java.util.Map;

/** How far each shard has ever come in this process, so that what comes again is not counted again. */
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

    /** Notes a record; answers whether the shard had come as far before. */
    synchronized boolean mark(ShardId shardId, SequenceNumber sequenceNumber) {
        boolean before = covers(shardId, sequenceNumber);
        if (!before) {
            furthest.put(shardId, sequenceNumber);
        }
        return before;
    }

    /** Whether the shard has come as far as a record. */
    synchronized boolean covers(ShardId shardId, SequenceNumber sequenceNumber) {
        SequenceNumber reached = furthest.get(shardId);
        return reached != null && !sequenceNumber.isAfter(reached);
    }
}
