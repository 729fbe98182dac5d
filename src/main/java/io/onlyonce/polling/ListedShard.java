package io.onlyonce.polling;

import io.onlyonce.stream.ShardId;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.Shard;

/**
 * A shard as DescribeStream lists it.
 *
 * @param id identifier
 * @param parent parent, which may be listed or not
 * @param closed whether it has an end; listed as open it may be closed all the same
 */
record ListedShard(ShardId id, @Nullable ShardId parent, boolean closed) {

    /** The API does not promise it, but every shard identifier seen so far begins with the moment of its creation in milliseconds. */
    private static final Pattern CREATED = Pattern.compile("shardId-(\\d{20})-.*");

    /** When the shard was created, as far as its identifier tells. */
    @Nullable Instant createdAt() {
        var matcher = CREATED.matcher(id.value());
        return matcher.matches() ? Instant.ofEpochMilli(Long.parseLong(matcher.group(1))) : null;
    }

    static ListedShard of(Shard shard) {
        var parent = shard.parentShardId();
        var range = shard.sequenceNumberRange();
        return new ListedShard(
                new ShardId(shard.shardId()),
                parent == null || parent.isEmpty() || parent.equals(shard.shardId()) ? null : new ShardId(parent),
                range != null && range.endingSequenceNumber() != null);
    }
}
