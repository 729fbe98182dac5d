package io.onlyonce.kcl;

import io.onlyonce.checkpoint.CheckpointStore;
import io.onlyonce.engine.StartAt;
import io.onlyonce.publication.RecordPath;
import org.jspecify.annotations.Nullable;

/**
 * A table to consume.
 *
 * @param table name
 * @param streamArn stream to read; absent for the latest stream of the table
 * @param startAt where to begin while there is neither a lease nor a checkpoint
 * @param newImageNeeded whether a stream without new images is refused at start
 * @param path where its records go
 * @param checkpoints where the first leases begin, if the table was consumed by another engine before; KCL keeps its own checkpoints in its lease table
 */
public record TableSource(
        String table,
        @Nullable String streamArn,
        StartAt startAt,
        boolean newImageNeeded,
        RecordPath path,
        CheckpointStore checkpoints) {}
