package io.onlyonce.polling;

import io.onlyonce.engine.AwsClock;
import io.onlyonce.engine.Clocks;
import io.onlyonce.engine.ConsumerStatus;
import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.Engine;
import io.onlyonce.engine.StreamNotReadableException;
import io.onlyonce.engine.TableSource;
import io.onlyonce.publication.ConsumerListener;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.springframework.scheduling.TaskScheduler;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * Reads all shards of all tables in this process. Each read is one short task of the task scheduler, so that many shards need few threads: as many as reads are to go on at the same time. The scheduler has to outlive
 * {@link #stop}; where it refuses work because the application is closing, the calling threads do what is left.
 */
public final class PollingEngine implements Engine {

    private static final Duration PAUSE_PATIENCE = Duration.ofSeconds(5);
    private static final Duration LAST_WRITES = Duration.ofSeconds(1);

    private final List<TablePoller> tables;
    private volatile boolean active;

    /**
     * Creates an engine that is not started.
     *
     * @param dynamoDb tells the latest stream of a table
     * @param streams reads the streams
     * @param sources tables to consume
     * @param settings how they are read
     * @param scheduler runs the reads
     * @param listener is told what happens
     * @param clock compared with moments that AWS reports
     */
    public PollingEngine(
            DynamoDbClient dynamoDb,
            DynamoDbStreamsClient streams,
            List<TableSource> sources,
            PollingSettings settings,
            TaskScheduler scheduler,
            ConsumerListener listener,
            Clock clock) {
        this(
                dynamoDb,
                streams,
                sources,
                settings,
                scheduler,
                listener,
                clock,
                System::nanoTime,
                () -> ThreadLocalRandom.current().nextLong());
    }

    PollingEngine(
            DynamoDbClient dynamoDb,
            DynamoDbStreamsClient streams,
            List<TableSource> sources,
            PollingSettings settings,
            TaskScheduler scheduler,
            ConsumerListener listener,
            Clock clock,
            LongSupplier nanoTime,
            RandomGenerator random) {
        var awsClock = new AwsClock(clock);
        var clocks = new Clocks(awsClock, nanoTime);
        var reads = awsClock.setBy(streams);
        var describer = new StreamDescriber(dynamoDb, reads, clocks);
        var pace = Pace.ofDescribeStream(nanoTime);
        var memory = new PageMemory(settings.pageMemory());
        this.tables = sources.stream()
                .map(source -> new TableContext(source, reads, settings, memory, scheduler, listener, clocks, random))
                .map(context -> new TablePoller(context, describer, pace))
                .toList();
    }

    @Override
    public String name() {
        return "polling";
    }

    /**
     * {@inheritDoc}
     *
     * @throws StreamNotReadableException if a table cannot be consumed; then none is
     */
    @Override
    public void start() {
        StreamNotReadableException failure = null;
        active = true;
        for (var table : tables) {
            try {
                table.start();
            } catch (StreamNotReadableException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            stop(LAST_WRITES);
            throw failure;
        }
    }

    @Override
    public boolean stop(Duration timeout) {
        active = false;
        boolean inTime = await(elsewhere(TablePoller::stop), timeout);
        if (!inTime) {
            await(elsewhere(TablePoller::flush), LAST_WRITES);
        }
        return inTime;
    }

    @Override
    public void pause(String table) {
        await(poller(table).pause(), PAUSE_PATIENCE);
    }

    @Override
    public void resume(String table) {
        poller(table).resume();
    }

    @Override
    public ConsumerStatus status() {
        return new ConsumerStatus(
                active ? Role.ACTIVE : Role.STOPPED,
                tables.stream().map(TablePoller::status).toList());
    }

    private TablePoller poller(String table) {
        return tables.stream()
                .filter(poller -> poller.table().equals(table))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Table '" + table + "' is not consumed"));
    }

    private CompletableFuture<Void> allOf(Function<TablePoller, CompletableFuture<Void>> action) {
        return CompletableFuture.allOf(tables.stream().map(action).toArray(CompletableFuture[]::new));
    }

    /** On another thread, so that a store that does not answer holds nobody up for longer than he waits. */
    private CompletableFuture<Void> elsewhere(Function<TablePoller, CompletableFuture<Void>> action) {
        return CompletableFuture.completedFuture(null).thenComposeAsync(begin -> allOf(action));
    }

    private static boolean await(CompletableFuture<Void> future, Duration patience) {
        try {
            future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        }
    }
}
