package io.onlyonce.engine;

import java.time.Duration;

/** Reads the shards of the configured tables and hands their records to the record path. */
public interface Engine {

    /** Name as in the property {@code onlyonce.engine}. */
    String name();

    /**
     * Begins to consume and returns at once. What cannot work however often it is tried (stream not enabled, table missing, access denied) is thrown; what may pass (endpoint out of reach) is retried in the background.
     */
    void start();

    /**
     * Stops reading, lets the records in hand finish, writes completions and checkpoints, and returns when done or when {@code timeout} has passed. What is unfinished then stays claimed, and is delivered again, marked as
     * redelivered, by the next start.
     *
     * @return whether everything in hand was finished in time
     */
    boolean stop(Duration timeout);

    /** Stops reading a table; records in hand finish. Returns when none is in hand any more, or after a few seconds. */
    void pause(String table);

    /** Reads a paused table again, from its checkpoints in the store. */
    void resume(String table);

    /** What the consumer is doing now. Never blocks on AWS. */
    ConsumerStatus status();
}
