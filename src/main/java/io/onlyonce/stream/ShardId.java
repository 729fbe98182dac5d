package io.onlyonce.stream;

import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Identifier of a shard, unique within its stream.
 *
 * @param value identifier as AWS wrote it
 */
public record ShardId(String value) implements Comparable<ShardId> {

    /** The API does not promise it, but every shard identifier seen so far begins with the moment of its creation in milliseconds. */
    private static final Pattern CREATED = Pattern.compile("shardId-(\\d{20})-.*");

    /** When the shard was created, as far as its identifier tells. */
    public @Nullable Instant createdAt() {
        var matcher = CREATED.matcher(value);
        return matcher.matches() ? Instant.ofEpochMilli(Long.parseLong(matcher.group(1))) : null;
    }

    @Override
    public int compareTo(ShardId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
