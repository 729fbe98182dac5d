package io.onlyonce.stream;

import java.time.Instant;

/** How far a shard has been processed. Positions of one shard are ordered: a start, then the records, then the end of the shard. */
public sealed interface Position {

    /** Nothing processed yet; reading begins with the oldest record that the stream still holds. */
    record TrimHorizon() implements Position {}

    /**
     * Nothing processed yet; reading begins with what was written from {@code since} on.
     *
     * @param since moment by the clock of AWS, rounded down to the second as creation times of records are
     */
    record Latest(Instant since) implements Position {}

    /**
     * Every record up to and including {@code sequenceNumber} has been processed.
     *
     * @param sequenceNumber last processed record
     * @param createdAt creation time of that record
     */
    record After(SequenceNumber sequenceNumber, Instant createdAt) implements Position {}

    /** Every record of the shard has been processed and no further record can appear in it. */
    record ShardEnd() implements Position {}

    /** Whether this position lies beyond {@code other} in the same shard, so that a checkpoint may move from there to here. */
    default boolean isBeyond(Position other) {
        if (this instanceof After here && other instanceof After there) {
            return here.sequenceNumber().isAfter(there.sequenceNumber());
        }
        return rank(this) > rank(other);
    }

    private static int rank(Position position) {
        if (position instanceof ShardEnd) {
            return 2;
        }
        return position instanceof After ? 1 : 0;
    }
}
