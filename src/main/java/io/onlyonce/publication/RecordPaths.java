package io.onlyonce.publication;

import io.onlyonce.ledger.Ledger;
import io.onlyonce.quarantine.QuarantineStore;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.springframework.context.ApplicationEventPublisher;

/** Record paths of a consumer, one for each table. */
public final class RecordPaths {

    private final ConsumerContext context;
    private final ItemListeners listeners;
    private final QuarantineStore quarantineStore;
    private final Quarantine quarantine;
    private final Map<String, TableRecordPath> paths = new ConcurrentHashMap<>();

    /**
     * Record paths on the given event bus and threads.
     *
     * @param listener watches the consumer; must not throw
     * @param ticker monotonic clock in nanoseconds
     */
    public RecordPaths(
            ApplicationEventPublisher publisher,
            ItemListeners listeners,
            ConsumerListener listener,
            DeliveryThreads threads,
            QuarantineStore quarantineStore,
            Clock clock,
            LongSupplier ticker) {
        this.context = new ConsumerContext(publisher, listener, threads, new ClaimTokens(), clock, ticker);
        this.listeners = listeners;
        this.quarantineStore = quarantineStore;
        this.quarantine = new Quarantine(quarantineStore, listener, clock);
    }

    /**
     * Opens the path of a table. The listeners that are registered now are those that must complete.
     *
     * @param ledger ledger of this consumer and table
     */
    public RecordPath open(String table, Ledger ledger, DeduplicationKey key, DeliverySettings settings) {
        Ledger observed = new ObservedLedger(table, ledger, context.listener());
        var tableSettings =
                new TableRecordPath.TableSettings(table, observed, key, settings, listeners.forTable(table));
        var path = new TableRecordPath(tableSettings, context, quarantine);
        paths.put(table, path);
        return path;
    }

    /** Redrives what these paths have quarantined. */
    public Redrive redrive() {
        return new Redrive(quarantineStore, quarantine, paths, context);
    }
}
