package io.onlyonce.backfill;

import io.onlyonce.engine.Clocks;
import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.publication.RecordPath;
import java.time.Duration;
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

    /** Runs a task later; never, if the scheduler has been shut down, because then the process ends. */
    void after(Duration delay, Runnable task) {
        try {
            var unused = scheduler.schedule(task, scheduler.getClock().instant().plus(delay));
        } catch (TaskRejectedException e) {
            // Nothing is left to be done.
        }
    }

    TableDescription describe() {
        return client.describeTable(describe -> describe.tableName(table)).table();
    }
}
