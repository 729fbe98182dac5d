package io.onlyonce.stream;

/**
 * Identifier of a shard, unique within its stream.
 *
 * @param value identifier as AWS wrote it
 */
public record ShardId(String value) implements Comparable<ShardId> {

    @Override
    public int compareTo(ShardId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
