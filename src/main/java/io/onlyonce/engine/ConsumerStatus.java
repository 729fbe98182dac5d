package io.onlyonce.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * State of a consumer at one moment.
 *
 * @param role whether this process consumes or waits to take over
 * @param tables state of each configured table
 */
public record ConsumerStatus(Role role, List<TableStatus> tables) {

    /** Part of a process in a consumer. */
    public enum Role {
        /** Not started, or stopped. */
        STOPPED,
        /** Reads shards. */
        ACTIVE,
        /** Waits for the active process to give up. */
        STANDBY
    }

    /** What is being done about a table. */
    public enum State {
        /** Looking for the stream and its shards, not successfully yet. */
        STARTING,
        /** Reading. */
        RUNNING,
        /** Paused by an operator. */
        PAUSED,
        /** Stopped, or not active. */
        STOPPED,
        /** Stopped because of a gap, as configured. */
        HALTED
    }

    /** What is being done about a shard. */
    public enum ShardState {
        /** Its parent is not finished yet. */
        WAITING,
        /** Being read. */
        READING,
        /** Paused by an operator. */
        PAUSED,
        /** A listener is being retried, or the ledger does not answer. */
        BLOCKED,
        /** Processed to its end. */
        FINISHED
    }

    /**
     * State of a table.
     *
     * @param table name
     * @param streamArn stream being read; absent until it is known
     * @param state what is being done about it
     * @param problem what keeps it from running, in words for an operator; absent if nothing does
     * @param iteratorLag how far the worst shard may be behind
     * @param retentionHeadroom time until DynamoDB may trim the oldest unprocessed record
     * @param shards its shards
     */
    public record TableStatus(
            String table,
            @Nullable String streamArn,
            State state,
            @Nullable String problem,
            Duration iteratorLag,
            Duration retentionHeadroom,
            List<ShardStatus> shards) {}

    /**
     * State of a shard.
     *
     * @param id identifier
     * @param parent parent shard, if any
     * @param state what is being done about it
     * @param problem what blocks it, in words for an operator; absent if nothing does
     * @param checkpoint last processed sequence number, or the start position in the words of the API; absent if not known yet
     * @param lag how far it may be behind
     * @param lastSuccessfulPoll when it was last read; absent if never
     * @param sinceLastAnswer time since AWS last answered a read, successfully or with an error, while a read is due; zero if none is due
     * @param runningFor for how long the listener in hand has been running; zero if none is
     */
    public record ShardStatus(
            String id,
            @Nullable String parent,
            ShardState state,
            @Nullable String problem,
            @Nullable String checkpoint,
            Duration lag,
            @Nullable Instant lastSuccessfulPoll,
            Duration sinceLastAnswer,
            Duration runningFor) {}
}
