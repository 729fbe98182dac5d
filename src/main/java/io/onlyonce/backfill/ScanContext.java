package io.onlyonce.backfill;

import io.onlyonce.engine.Clocks;
import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.publication.RecordPath;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.TaskScheduler;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/**
 * What the scans of one table work with.
 *
 * @param table name of the table
 * @param client reads it
 * @param path where its items go
 * @param settings how it is scanned
 * @param pace shared by its segments
 * @param scheduler runs reads
 * @param listener is told what happens
 * @param clocks tell when items were found
 */
record ScanContext(
        String table,
        DynamoDbClient client,
        RecordPath path,
        BackfillSettings settings,
        ScanPace pace,
        TaskScheduler scheduler,
        ConsumerListener listener,
        Clocks clocks) {

    /** Runs a task later; never, and answers nothing, if the scheduler has been shut down, because then the process ends and another one goes on. */
    @Nullable ScheduledFuture<?> after(Duration delay, Runnable task) {
        try {
            return scheduler.schedule(task, scheduler.getClock().instant().plus(delay));
        } catch (TaskRejectedException e) {
            return null;
        }
    }

    TableDescription describe() {
        return client.describeTable(describe -> describe.tableName(table)).table();
    }
}
