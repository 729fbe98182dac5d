package io.onlyonce;

import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Records may have been lost to this consumer: they can no longer be read from the stream.
 *
 * @param table name of the table
 * @param reason what made the records unreadable
 * @param streamArn stream in which they were
 * @param shardId shard in which they were; absent when the whole stream is meant
 * @param after last processed record before the gap; absent if none was processed
 * @param before first readable record after the gap; absent if not known (yet)
 * @param detectedAt when it was noticed
 */
public record GapDetected(
        String table,
        Reason reason,
        String streamArn,
        @Nullable ShardId shardId,
        @Nullable SequenceNumber after,
        @Nullable SequenceNumber before,
        Instant detectedAt) {

    /** What made records unreadable. */
    public enum Reason {
        /** Records behind the checkpoint were older than 24 hours and DynamoDB removed them. */
        TRIMMED,
        /** A shard that had not been read to its end no longer exists. */
        SHARD_VANISHED,
        /** The table has another stream than the one that was being read. */
        STREAM_REPLACED
    }
}
