package io.onlyonce.kcl;

import io.onlyonce.engine.Clocks;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.leases.exceptions.LeasingException;

/** A worker of KCL, from a start of the engine to its stop. A scheduler that gives up is followed by another one. */
final class KclWorker {

    private static final Logger log = LoggerFactory.getLogger(KclWorker.class);

    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final Duration STREAM_CHECK_INTERVAL = Duration.ofMinutes(1);
    private static final Duration LAST_WRITES = Duration.ofSeconds(3);

    private final WorkerContext context;
    private final DynamoDbClient dynamoDb;
    private final ConsumedTables tables;
    private final LeaseTables leaseTables;
    private final StreamLookup lookup;
    private final StreamWatch streamWatch;
    private final SchedulerFactory schedulers;
    private final LeaseWatch leaseWatch;
    private final Duration failover;
    private final Thread thread;
    private final ScheduledExecutorService watch;
    private @Nullable Scheduler scheduler;
    private volatile @Nullable LeaseSeeder seeder;
    private volatile boolean reading;

    KclWorker(
            DynamoDbClient dynamoDb,
            ConsumedTables tables,
            LeaseTables leaseTables,
            StreamLookup lookup,
            SchedulerFactory schedulers,
            LeaseWatch leaseWatch,
            KclSettings settings,
            Clocks clocks) {
        // Never the same for two processes: they would hold each other's leases.
        this.context =
                new WorkerContext(ManagementFactory.getRuntimeMXBean().getName() + "-" + UUID.randomUUID(), clocks);
        this.dynamoDb = dynamoDb;
        this.tables = tables;
        this.leaseTables = leaseTables;
        this.lookup = lookup;
        this.streamWatch = new StreamWatch(tables, lookup, schedulers);
        this.schedulers = schedulers;
        this.leaseWatch = leaseWatch;
        this.failover = settings.failover();
        this.thread = new Thread(this::run, "kcl-" + settings.consumer());
        this.thread.setDaemon(true);
        this.watch = Executors.newSingleThreadScheduledExecutor(task -> {
            var watcher = new Thread(task, "kcl-watch-" + settings.consumer());
            watcher.setDaemon(true);
            return watcher;
        });
    }

    /** Whether KCL was set going. */
    boolean isReading() {
        return reading;
    }

    WorkerContext context() {
        return context;
    }

    void start() {
        thread.start();
        repeat(this::watchLeases, failover);
        repeat(this::watchStreams, STREAM_CHECK_INTERVAL);
    }

    private void repeat(Runnable task, Duration interval) {
        var unused =
                watch.scheduleWithFixedDelay(task, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void run() {
        while (!context.isStopping()) {
            try {
                consume();
            } catch (LeasingException | RuntimeException e) {
                log.warn("KCL could not be started yet", e);
                tables.all().forEach(table -> table.problem("KCL could not be started yet: " + e));
            } catch (InterruptedException e) {
                return;
            }
            try {
                context.awaitStop(RETRY);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void consume() throws InterruptedException, LeasingException {
        leaseTables.create(context);
        for (var table : tables.all()) {
            if (table.streamArn() == null) {
                table.streamArn(lookup.streamOf(table.source()));
            }
        }
        var prepared = schedulers.prepare(context);
        seeder = prepared.seeder();
        for (var table : tables.all()) {
            seed(prepared.seeder(), table);
        }
        leaseWatch.observe(prepared.seeder().leases());
        if (begin(prepared.scheduler())) {
            reading = true;
            prepared.scheduler().run();
            reading = false;
        }
    }

    private void seed(LeaseSeeder leases, ConsumedTable table) throws LeasingException {
        var arn = table.streamArn();
        if (arn != null) {
            leases.seed(table, schedulers.stream(arn));
            table.problem(null);
        }
    }

    private synchronized boolean begin(Scheduler next) {
        context.use(next.leaseCoordinator());
        scheduler = next;
        return !context.isStopping();
    }

    private void watchLeases() {
        var leases = seeder;
        try {
            if (leases != null) {
                leaseWatch.observe(leases.leases());
            }
        } catch (LeasingException | RuntimeException e) {
            log.info("The leases could not be looked through: {}", e.toString());
        }
    }

    private void watchStreams() {
        var leases = seeder;
        if (leases != null) {
            streamWatch.look(leases);
        }
    }

    /** Answers whether everything in hand was finished in time. */
    boolean stop(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        watch.shutdownNow();
        Scheduler running;
        synchronized (this) {
            // KCL needs some time of its own.
            context.stop(timeout.multipliedBy(4).dividedBy(5));
            running = scheduler;
        }
        try {
            if (running != null) {
                var unused = running.startGracefulShutdown();
            }
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        boolean finished = tables.end().isDone();
        var leaving = new Thread(() -> leave(running), thread.getName() + "-leaves");
        leaving.setDaemon(true);
        leaving.start();
        try {
            leaving.join(LAST_WRITES.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return finished;
    }

    /** Others take over at once what is released here, instead of waiting until it expires. */
    private void leave(@Nullable Scheduler running) {
        try {
            if (thread.isAlive() && running != null) {
                thread.interrupt();
                running.shutdown();
            }
            dynamoDb.deleteItem(request -> request.tableName(leaseTables.workers())
                    .key(Map.of(LeaseTables.WORKER_KEY, AttributeValue.fromS(context.workerId()))));
            var leases = seeder;
            if (leases != null) {
                leases.release(context.workerId());
            }
        } catch (LeasingException | RuntimeException e) {
            log.info("The leases could not be released, so they go to others only when they expire: {}", e.toString());
        }
    }
}
