package io.onlyonce.checkpoint;

import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;

import io.onlyonce.stream.Position;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Checkpoints as items; all attributes are strings.
 *
 * <pre>
 * pk              consumer#table
 * sk              label#shardId; the label is the last part of the stream's ARN, the time it was switched on
 * streamArn       stream
 * shardId         shard
 * parent          parent shard; absent for a first generation
 * position        0 start, 1:sequence number padded to 40 digits, 2 end; what the condition of an update compares
 * start           TRIM_HORIZON or LATEST; absent beyond the start
 * since           ISO time, of LATEST only
 * sequenceNumber  as AWS wrote it; absent unless the position is a record
 * createdAt       ISO creation time of that record
 * at              ISO time of the last write, for people only
 * </pre>
 */
final class CheckpointItems {

    static final String PK = "pk";
    static final String SK = "sk";
    static final String STREAM_ARN = "streamArn";
    static final String SHARD_ID = "shardId";
    static final String PARENT = "parent";
    static final String POSITION = "position";
    static final String START = "start";
    static final String SINCE = "since";
    static final String SEQUENCE_NUMBER = "sequenceNumber";
    static final String CREATED_AT = "createdAt";
    static final String AT = "at";

    private static final String TRIM_HORIZON = "TRIM_HORIZON";
    private static final String LATEST = "LATEST";

    private CheckpointItems() {}

    static String sortKey(String streamArn, ShardId shardId) {
        return streamArn.substring(streamArn.lastIndexOf('/') + 1) + "#" + shardId;
    }

    /** Attributes of a checkpoint besides the key; {@code null} where the attribute must be absent. */
    static Map<String, @Nullable AttributeValue> write(Checkpoint checkpoint, Instant now) {
        var position = checkpoint.position();
        var latest = position instanceof Position.Latest there ? there : null;
        var after = position instanceof Position.After there ? there : null;
        var attributes = new LinkedHashMap<String, @Nullable AttributeValue>();
        attributes.put(STREAM_ARN, fromS(checkpoint.streamArn()));
        attributes.put(SHARD_ID, fromS(checkpoint.shardId().value()));
        attributes.put(
                PARENT,
                checkpoint.parentShardId() == null
                        ? null
                        : fromS(checkpoint.parentShardId().value()));
        attributes.put(POSITION, fromS(SortablePosition.of(position)));
        attributes.put(START, latest != null ? fromS(LATEST) : startOf(position));
        attributes.put(SINCE, latest == null ? null : fromS(latest.since().toString()));
        attributes.put(
                SEQUENCE_NUMBER,
                after == null ? null : fromS(after.sequenceNumber().digits()));
        attributes.put(
                CREATED_AT, after == null ? null : fromS(after.createdAt().toString()));
        attributes.put(AT, fromS(now.toString()));
        return attributes;
    }

    static Checkpoint read(Map<String, AttributeValue> item) {
        try {
            var parent = item.get(PARENT);
            return new Checkpoint(
                    text(item, STREAM_ARN),
                    new ShardId(text(item, SHARD_ID)),
                    parent == null ? null : new ShardId(parent.s()),
                    position(item));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IllegalStateException("Not a checkpoint: " + item, e);
        }
    }

    private static @Nullable AttributeValue startOf(Position position) {
        return position instanceof Position.TrimHorizon ? fromS(TRIM_HORIZON) : null;
    }

    private static Position position(Map<String, AttributeValue> item) {
        String sortable = text(item, POSITION);
        if (SortablePosition.isRecord(sortable)) {
            return new Position.After(
                    new SequenceNumber(text(item, SEQUENCE_NUMBER)), Instant.parse(text(item, CREATED_AT)));
        }
        if (sortable.equals(SortablePosition.END)) {
            return new Position.ShardEnd();
        }
        return text(item, START).equals(LATEST)
                ? new Position.Latest(Instant.parse(text(item, SINCE)))
                : new Position.TrimHorizon();
    }

    private static String text(Map<String, AttributeValue> item, String name) {
        var value = item.get(name);
        if (value == null || value.s() == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value.s();
    }
}
