package io.onlyonce.kcl;

import io.onlyonce.engine.AwsClock;
import io.onlyonce.engine.Clocks;
import io.onlyonce.engine.ConsumerStatus;
import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.Engine;
import io.onlyonce.engine.StreamNotReadableException;
import io.onlyonce.engine.TableSource;
import io.onlyonce.publication.ConsumerListener;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Reads shards with the Kinesis Client Library, which shares them among all processes with the same consumer name by leases in DynamoDB. One scheduler reads all tables. The threads are KCL's own: one for each shard in
 * reading, one in processing, and about a dozen besides.
 *
 * <p>A pause holds the shards that this process has; it does not reach other processes.
 */
public final class KclEngine implements Engine {

    private static final Logger log = LoggerFactory.getLogger(KclEngine.class);

    private static final Duration PAUSE_PATIENCE = Duration.ofSeconds(5);

    /** A lease is renewed three times within the failover time, and after that it takes a while until another worker has it. */
    private static final int FAILOVERS_UNTIL_UNHELD = 3;

    private final KclClients clients;
    private final KclSettings settings;
    private final ConsumedTables tables;
    private final LeaseTables leaseTables;
    private final StreamLookup lookup;
    private final LeaseWatch leaseWatch;
    private final TableReport report;
    private final Clocks clocks;
    private volatile @Nullable KclWorker worker;

    /**
     * Creates an engine that is not started.
     *
     * @param clients clients of AWS
     * @param sources tables to consume
     * @param settings how they are read and shared
     * @param listener is told what happens; must not throw
     * @param clock compared with moments that AWS reports
     */
    public KclEngine(
            KclClients clients,
            List<TableSource> sources,
            KclSettings settings,
            ConsumerListener listener,
            Clock clock) {
        var awsClock = new AwsClock(clock);
        var streams = awsClock.setBy(clients.streams());
        this.clients = new KclClients(clients.dynamoDb(), clients.dynamoDbAsync(), streams, clients.region());
        this.settings = settings;
        this.clocks = new Clocks(awsClock, System::nanoTime);
        this.leaseTables = new LeaseTables(clients.dynamoDb(), settings);
        this.lookup = new StreamLookup(clients.dynamoDb(), streams);
        this.leaseWatch = new LeaseWatch(settings.failover().multipliedBy(FAILOVERS_UNTIL_UNHELD), clocks);
        this.report = new TableReport(leaseWatch, settings.maxDelay(), clocks);
        this.tables = new ConsumedTables(sources.stream()
                .map(source -> new ConsumedTable(source, listener, settings.haltOnGap(), leaseWatch, clocks))
                .toList());
    }

    @Override
    public String name() {
        return "kcl";
    }

    /**
     * {@inheritDoc}
     *
     * @throws StreamNotReadableException if a table cannot be consumed; then none is
     * @throws IllegalStateException if tables of KCL are missing and are not to be created
     */
    @Override
    public synchronized void start() {
        if (worker != null) {
            return;
        }
        lookUpStreams();
        requireTables();
        var names = new StreamNames(clients.region());
        var schedulers = new SchedulerFactory(clients, settings, leaseTables, tables, names, clocks);
        var started = new KclWorker(
                clients.dynamoDb(), tables, leaseTables, lookup, schedulers, leaseWatch, settings, clocks);
        started.start();
        worker = started;
    }

    private void lookUpStreams() {
        StreamNotReadableException failure = null;
        for (var table : tables.all()) {
            try {
                table.streamArn(lookup.streamOf(table.source()));
            } catch (StreamNotReadableException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            } catch (SdkException e) {
                log.warn("The stream of table {} could not be looked up yet: {}", table.name(), e.toString());
                table.problem("The stream could not be looked up yet: " + e.getMessage());
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void requireTables() {
        try {
            leaseTables.require();
        } catch (SdkException e) {
            log.warn("The tables of KCL could not be looked up yet: {}", e.toString());
        }
    }

    @Override
    public synchronized boolean stop(Duration timeout) {
        var running = worker;
        worker = null;
        return running == null || running.stop(timeout);
    }

    @Override
    public void pause(String table) {
        CompletableFuture<Void> idle = tables.named(table).pause();
        try {
            idle.get(PAUSE_PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            log.info("Table {} is paused while records are still in hand", table);
        }
    }

    @Override
    public void resume(String table) {
        tables.named(table).resume();
    }

    @Override
    public ConsumerStatus status() {
        var running = worker;
        var context = running == null ? null : running.context();
        return new ConsumerStatus(
                running == null ? Role.STOPPED : Role.ACTIVE,
                tables.all().stream()
                        .map(table -> report.of(table, stateOf(table, running), context))
                        .toList());
    }

    private static State stateOf(ConsumedTable table, @Nullable KclWorker running) {
        if (running == null) {
            return State.STOPPED;
        }
        return switch (table.hold()) {
            case PAUSED -> State.PAUSED;
            case HALTED -> State.HALTED;
            case NONE -> running.isReading() ? State.RUNNING : State.STARTING;
        };
    }
}
