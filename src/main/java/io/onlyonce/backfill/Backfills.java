package io.onlyonce.backfill;

import io.onlyonce.engine.Clocks;
import io.onlyonce.engine.Engine;
import io.onlyonce.engine.TableSource;
import io.onlyonce.publication.ConsumerListener;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.scheduling.TaskScheduler;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Takes the items that stand in a table along the record path, each once: a scan reads them, the ledger knows those that were handled. Only where the deduplication key is the item's primary key, because nothing else is the
 * same in the table and in the stream. One process scans a table at a time. Where it has come to is stored, so that another goes on after a crash.
 */
public final class Backfills {

    private final BackfillCounts counts;
    private final Map<String, String> refusals;
    private volatile Map<String, TableBackfill> tables = Map.of();

    /**
     * Backfills of tables that are not known yet.
     *
     * @param counts counts how items end; to be one of the consumer listeners
     * @param refusals why a table cannot be backfilled, by its name; for those that can be there is none
     */
    public Backfills(BackfillCounts counts, Map<String, String> refusals) {
        this.counts = counts;
        this.refusals = Map.copyOf(refusals);
    }

    /**
     * What backfills work with.
     *
     * @param dynamoDb scans the tables, and keeps the progress
     * @param checkpointTable table of the checkpoints, which holds the progress
     * @param consumer name of the consumer
     * @param process this process; no other has the same name
     * @param settings how tables are scanned
     * @param scheduler runs the reads
     * @param listener is told what happens
     */
    public record Services(
            DynamoDbClient dynamoDb,
            String checkpointTable,
            String consumer,
            String process,
            BackfillSettings settings,
            TaskScheduler scheduler,
            ConsumerListener listener) {

        TableBackfill backfill(TableSource source, BackfillCounts counts, boolean exclusive) {
            var clock = Clock.systemUTC();
            var context = new ScanContext(
                    source.table(),
                    dynamoDb,
                    source.path(),
                    settings,
                    new ScanPace(settings.rate(), System::nanoTime),
                    scheduler,
                    listener,
                    new Clocks(clock, System::nanoTime));
            var store = new DynamoDbBackfillStore(dynamoDb, checkpointTable, consumer, source.table(), clock);
            return new TableBackfill(context, store, counts, process, exclusive);
        }
    }

    /**
     * An engine that backfills its tables on demand, as long as it is started. To be called once.
     *
     * @param exclusive whether only one process of the consumer is started at a time, so that it takes over at once what another has left
     */
    public Engine with(Engine engine, List<TableSource> sources, Services services, boolean exclusive) {
        var backfills = new LinkedHashMap<String, TableBackfill>();
        for (TableSource source : sources) {
            if (!refusals.containsKey(source.table())) {
                backfills.put(source.table(), services.backfill(source, counts, exclusive));
            }
        }
        tables = backfills;
        return new BackfillingEngine(engine, List.copyOf(backfills.values()));
    }

    /**
     * Begins to backfill a table, unless that is under way.
     *
     * @throws IllegalStateException if it cannot be backfilled, or not by this process at the moment, with the reason in words for an operator
     * @throws software.amazon.awssdk.core.exception.SdkException if DynamoDB does not answer
     */
    public BackfillStatus start(String table) {
        return backfill(table).start();
    }

    /**
     * Ends the backfill of a table, whichever process is at it. What it has delivered stays delivered.
     *
     * @throws IllegalStateException as {@link #start} does
     * @throws software.amazon.awssdk.core.exception.SdkException if DynamoDB does not answer
     */
    public Optional<BackfillStatus> stop(String table) {
        return backfill(table).stop();
    }

    /** What this process knows of the last backfill of a table; absent if nothing. Never asks DynamoDB. */
    public Optional<BackfillStatus> status(String table) {
        var backfill = tables.get(table);
        return backfill == null ? Optional.empty() : backfill.status();
    }

    private TableBackfill backfill(String table) {
        String refusal = refusals.get(table);
        if (refusal != null) {
            throw new IllegalStateException(refusal);
        }
        var backfill = tables.get(table);
        if (backfill == null) {
            throw new IllegalStateException("The consumer is not running in this process");
        }
        return backfill;
    }
}
