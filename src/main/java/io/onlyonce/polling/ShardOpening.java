package io.onlyonce.polling;

import io.onlyonce.engine.Clocks;
import io.onlyonce.stream.Position;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a shard is opened.
 *
 * @param streamArn stream of the shard
 * @param shard shard
 * @param from where to begin
 * @param stored whether that position is in the checkpoint store
 * @param followed whether everything before this shard was read, so that nothing of it should be missing
 * @param processedBefore moment up to which everything before this shard had been processed; absent if not known
 */
record ShardOpening(
        String streamArn,
        ListedShard shard,
        Position from,
        boolean stored,
        boolean followed,
        @Nullable Instant processedBefore) {

    /** For how long DynamoDB keeps records. */
    static final Duration RETENTION = Duration.ofHours(24);

    /** Whether the first records of the shard may have been trimmed before any was read. AWS says nothing then: the shard just seems to begin later. */
    boolean beginningTrimmed(Clocks clocks) {
        var createdAt = shard.id().createdAt();
        return from instanceof Position.TrimHorizon
                && (stored || followed)
                && createdAt != null
                && clocks.since(createdAt).compareTo(RETENTION) > 0;
    }
}
