package io.onlyonce.engine;

import io.onlyonce.checkpoint.CheckpointStore;
import io.onlyonce.publication.RecordPath;
import org.jspecify.annotations.Nullable;

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
        CheckpointStore checkpoints) {}
