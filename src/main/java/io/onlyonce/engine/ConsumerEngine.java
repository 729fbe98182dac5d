package io.onlyonce.engine;

import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.services.dynamodb.model.LimitExceededException;

/**
 * Brings up the engine that reads: makes it when the application is complete, prepares what it needs, and starts it. While DynamoDB cannot be reached, that is tried again in the background.
 */
public final class ConsumerEngine implements Engine {

    private static final Logger log = LoggerFactory.getLogger(ConsumerEngine.class);

    private static final Duration RETENTION = Duration.ofHours(24);

    private final String name;
    private final Set<String> tables;
    private final Supplier<Engine> factory;
    private final Runnable preparation;
    private final TaskScheduler scheduler;
    private final LongSupplier ticker;
    private volatile @Nullable Engine reader;
    private volatile boolean started;
    private volatile boolean wanted;
    private volatile long wantedNanos;
    private volatile @Nullable String problem;
    private @Nullable ScheduledFuture<?> retry;

    /**
     * An engine that is not started.
     *
     * @param name name of the engine that reads
     * @param tables tables that it reads
     * @param factory makes it, at the first start
     * @param preparation done before it starts; throws the SDK's exceptions where DynamoDB does not answer
     * @param scheduler runs what is tried again
     * @param ticker monotonic clock in nanoseconds
     */
    public ConsumerEngine(
            String name,
            Set<String> tables,
            Supplier<Engine> factory,
            Runnable preparation,
            TaskScheduler scheduler,
            LongSupplier ticker) {
        this.name = name;
        this.tables = tables;
        this.factory = factory;
        this.preparation = preparation;
        this.scheduler = scheduler;
        this.ticker = ticker;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public synchronized void start() {
        if (wanted) {
            return;
        }
        Engine engine = reader;
        if (engine == null) {
            engine = factory.get();
            reader = engine;
        }
        wanted = true;
        wantedNanos = ticker.getAsLong();
        var backOff = new ExponentialBackOff(500, 2);
        backOff.setMaxInterval(10_000);
        try {
            bringUp(engine, backOff.start());
        } catch (RuntimeException e) {
            wanted = false;
            throw e;
        }
    }

    private void bringUp(Engine engine, BackOffExecution backOff) {
        try {
            preparation.run();
        } catch (RuntimeException e) {
            if (!mayPass(e)) {
                throw e;
            }
            long delay = backOff.nextBackOff();
            problem = "Onlyonce's own tables cannot be reached: " + e.getMessage();
            log.warn("{}; trying again in {} ms", problem, delay);
            retry = scheduler.schedule(
                    () -> bringUpAgain(engine, backOff),
                    scheduler.getClock().instant().plusMillis(delay));
            return;
        }
        problem = null;
        engine.start();
        started = true;
    }

    private synchronized void bringUpAgain(Engine engine, BackOffExecution backOff) {
        if (!wanted || started) {
            return;
        }
        try {
            bringUp(engine, backOff);
        } catch (RuntimeException e) {
            // Nobody is left to throw it to; health and endpoint show it.
            problem = String.valueOf(e.getMessage());
            log.error("The consumer cannot start", e);
        }
    }

    /** Whether a failure is DynamoDB's or the network's own, so that the same call may succeed later. */
    private static boolean mayPass(RuntimeException failure) {
        if (failure instanceof SdkServiceException service) {
            // Too many tables are being created at once; the SDK does not count that as throttling.
            boolean crowded = service instanceof LimitExceededException;
            return service.statusCode() >= 500 || service.isThrottlingException() || crowded;
        }
        return failure instanceof SdkClientException || failure instanceof RetryableException;
    }

    @Override
    public synchronized boolean stop(Duration timeout) {
        wanted = false;
        if (retry != null) {
            retry.cancel(false);
        }
        Engine engine = started ? reader : null;
        started = false;
        return engine == null || engine.stop(timeout);
    }

    @Override
    public void pause(String table) {
        running().pause(table);
    }

    @Override
    public void resume(String table) {
        running().resume(table);
    }

    private Engine running() {
        Engine engine = reader;
        if (engine == null || !started) {
            throw new IllegalStateException("The consumer is not running");
        }
        return engine;
    }

    @Override
    public ConsumerStatus status() {
        Engine engine = reader;
        return engine == null || !started ? notRunning() : engine.status();
    }

    private ConsumerStatus notRunning() {
        Duration waiting = wanted ? Duration.ofNanos(ticker.getAsLong() - wantedNanos) : Duration.ZERO;
        State state = wanted ? State.STARTING : State.STOPPED;
        List<TableStatus> statuses = tables.stream()
                .map(table ->
                        new TableStatus(table, null, state, problem, waiting, RETENTION.minus(waiting), List.of()))
                .toList();
        return new ConsumerStatus(wanted ? Role.ACTIVE : Role.STOPPED, statuses);
    }
}
