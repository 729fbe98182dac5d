package io.onlyonce.engine;

import io.onlyonce.checkpoint.CheckpointStore;
import io.onlyonce.engine.StreamNotReadableException.Reason;
import io.onlyonce.publication.RecordPath;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/**
 * A table to consume.
 *
 * @param table name
 * @param streamArn stream to read; absent for the latest stream of the table
 * @param startAt where to begin while there is no checkpoint
 * @param newImageNeeded whether a stream without new images is refused at start
 * @param path where its records go
 * @param checkpoints how far its shards were processed; an engine that keeps checkpoints of its own begins there
 */
public record TableSource(
        String table,
        @Nullable String streamArn,
        StartAt startAt,
        boolean newImageNeeded,
        RecordPath path,
        CheckpointStore checkpoints) {

    /**
     * ARN of the latest stream, by what DynamoDB says of the table.
     *
     * @throws StreamNotReadableException if it has none, or one that holds too little
     */
    public String latestStream(TableDescription description) {
        var specification = description.streamSpecification();
        if (specification == null
                || !Boolean.TRUE.equals(specification.streamEnabled())
                || description.latestStreamArn() == null) {
            throw new StreamNotReadableException(table, Reason.STREAM_NOT_ENABLED, null);
        }
        requireNewImage(specification.streamViewType());
        return description.latestStreamArn();
    }

    /**
     * Does nothing if a stream of this view type holds what the listeners want.
     *
     * @throws StreamNotReadableException if it does not
     */
    public void requireNewImage(@Nullable StreamViewType viewType) {
        if (newImageNeeded && (viewType == StreamViewType.KEYS_ONLY || viewType == StreamViewType.OLD_IMAGE)) {
            throw new StreamNotReadableException(table, Reason.NEW_IMAGE_MISSING, null);
        }
    }
}
