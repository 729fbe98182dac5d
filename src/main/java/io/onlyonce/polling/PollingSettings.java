package io.onlyonce.polling;

import java.time.Duration;

/**
 * How shards are read.
 *
 * @param pageSize records asked for at once, 1 to 1000; the next page is read while fewer than this are unfinished
 * @param pageMemory bytes of the heap that the records in hand of all shards may take, about; where they are taken, shards go on in small pages
 * @param minDelay delay after a read without records
 * @param maxDelay what that delay grows to while a shard stays idle
 * @param leaseDuration how long a shard is left alone after another process has taken over a record of it: by then this process knows whether it is still the active one
 * @param haltOnGap whether a table stops before the records that follow a gap, until it is resumed
 */
public record PollingSettings(
        int pageSize,
        long pageMemory,
        Duration minDelay,
        Duration maxDelay,
        Duration leaseDuration,
        boolean haltOnGap) {}
