package io.onlyonce.kcl;

import java.time.Duration;

/**
 * How shards are read and shared.
 *
 * @param consumer name of the consumer; processes with the same name share the shards
 * @param tablesPrefix beginning of the names of KCL's tables, which all carry the consumer's name as well
 * @param createTables whether these tables are created where they are missing
 * @param pageSize records asked for at once, 1 to 1000; the next page is offered while fewer than this are unfinished
 * @param minDelay delay after a read without records
 * @param maxDelay what that delay grows to while a shard stays idle
 * @param failover after which time without a sign of life the shards of a process go to others
 * @param haltOnGap whether a table stops before the records that follow a gap, until it is resumed
 */
public record KclSettings(
        String consumer,
        String tablesPrefix,
        boolean createTables,
        int pageSize,
        Duration minDelay,
        Duration maxDelay,
        Duration failover,
        boolean haltOnGap) {}
