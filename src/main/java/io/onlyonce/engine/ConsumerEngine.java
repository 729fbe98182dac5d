package io.onlyonce.engine;

import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.services.dynamodb.model.LimitExceededException;

/**
 * Brings up the engine that reads: makes it when the application is complete, prepares what it needs, waits until this process may be the active one, and starts it. What fails because DynamoDB cannot be reached is tried
 * again in the background. A process that may not be active any more stops reading, and stands by.
 */
public final class ConsumerEngine implements Engine {

    private static final Logger log = LoggerFactory.getLogger(ConsumerEngine.class);

    private static final Duration RETENTION = Duration.ofHours(24);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final Duration LAST_WORD = Duration.ofSeconds(1);
    private static final Duration WHEN_STANDING_DOWN = Duration.ofSeconds(5);

    private final String name;
    private final Set<String> tables;
    private final Supplier<Engine> factory;
    private final Runnable preparation;
    private final ActiveLock lock;
    private final TaskScheduler scheduler;
    private final LongSupplier ticker;
    private volatile @Nullable Engine reader;
    private volatile boolean starting;
    private volatile boolean started;
    private volatile boolean wanted;
    private volatile boolean standby;
    private volatile long upToDateNanos;
    private volatile @Nullable String problem;
    /** Held by whoever changes the state; a stop waits for it no longer than it may take. */
    private final ReentrantLock turn = new ReentrantLock();

    private BackOffExecution backOff = newBackOff();
    private boolean prepared;
    private int term;
    private @Nullable ScheduledFuture<?> next;

    /**
     * An engine that is not started.
     *
     * @param name name of the engine that reads
     * @param tables tables that it reads
     * @param factory makes it, at the first start
     * @param preparation done before it starts; throws the SDK's exceptions where DynamoDB does not answer
     * @param lock decides whether this process is active
     * @param scheduler runs what is tried again
     * @param ticker monotonic clock in nanoseconds
     */
    public ConsumerEngine(
            String name,
            Set<String> tables,
            Supplier<Engine> factory,
            Runnable preparation,
            ActiveLock lock,
            TaskScheduler scheduler,
            LongSupplier ticker) {
        this.name = name;
        this.tables = tables;
        this.factory = factory;
        this.preparation = preparation;
        this.lock = lock;
        this.scheduler = scheduler;
        this.ticker = ticker;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void start() {
        turn.lock();
        try {
            if (!wanted) {
                wanted = true;
                upToDateNanos = ticker.getAsLong();
                backOff = newBackOff();
                bringUp(made());
            }
        } catch (RuntimeException e) {
            wanted = false;
            throw e;
        } finally {
            turn.unlock();
        }
    }

    private Engine made() {
        Engine engine = reader;
        if (engine == null) {
            engine = factory.get();
            reader = engine;
        }
        return engine;
    }

    private void bringUp(Engine engine) {
        boolean active;
        try {
            if (!prepared) {
                preparation.run();
                prepared = true;
            }
            int thisTerm = ++term;
            active = lock.acquire(() -> lost(engine, thisTerm));
        } catch (RuntimeException e) {
            if (!mayPass(e)) {
                throw e;
            }
            problem = "Onlyonce's own tables cannot be reached: " + e.getMessage();
            tryAgain(engine);
            return;
        }
        problem = null;
        backOff = newBackOff();
        if (!active) {
            standBy(engine);
        } else if (wanted) {
            activate(engine);
        } else {
            lock.release();
        }
    }

    private void activate(Engine engine) {
        starting = true;
        try {
            engine.start();
        } catch (RuntimeException e) {
            lock.release();
            throw e;
        } finally {
            starting = false;
        }
        if (!wanted) {
            // A stop came meanwhile, and did not wait.
            engine.stop(Duration.ZERO);
            lock.release();
            return;
        }
        started = true;
        standby = false;
        log.info("This process is active");
    }

    /** While another process is active, it is that one that lags. */
    private void standBy(Engine engine) {
        if (!standby) {
            log.info("Another process is active; this one stands by");
        }
        standby = true;
        upToDateNanos = ticker.getAsLong();
        later(engine, BETWEEN_LOOKS);
    }

    private void tryAgain(Engine engine) {
        var delay = Duration.ofMillis(backOff.nextBackOff());
        log.warn("{}; trying again in {} ms", problem, delay.toMillis());
        later(engine, delay);
    }

    private void later(Engine engine, Duration delay) {
        next = scheduler.schedule(
                () -> bringUpAgain(engine), scheduler.getClock().instant().plus(delay));
    }

    private void bringUpAgain(Engine engine) {
        turn.lock();
        try {
            if (wanted && !started) {
                bringUp(engine);
            }
        } catch (RuntimeException e) {
            // Nobody is left to throw it to; health and endpoint show it.
            problem = String.valueOf(e.getMessage());
            log.error("The consumer cannot start", e);
            tryAgain(engine);
        } finally {
            turn.unlock();
        }
    }

    private void lost(Engine engine, int ofTerm) {
        try {
            var unused = scheduler.schedule(
                    () -> standDown(engine, ofTerm), scheduler.getClock().instant());
        } catch (TaskRejectedException e) {
            log.debug("The lock ran out after the end of the consumer, which could not release it", e);
        }
    }

    private void standDown(Engine engine, int ofTerm) {
        turn.lock();
        try {
            if (started && term == ofTerm) {
                standDown(engine);
                bringUpAgain(engine);
            }
        } finally {
            turn.unlock();
        }
    }

    private void standDown(Engine engine) {
        log.warn(
                "This process could not show for too long that it is active, so that another one may be: it stops reading");
        var behind = engine.status().tables().stream()
                .map(TableStatus::iteratorLag)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
        upToDateNanos = ticker.getAsLong() - behind.toNanos();
        standby = true;
        started = false;
        if (!engine.stop(WHEN_STANDING_DOWN)) {
            log.warn("Records in hand did not finish; the active process delivers them again, marked as redelivered");
        }
        lock.release();
    }

    private static BackOffExecution newBackOff() {
        var backOff = new ExponentialBackOff(500, 2);
        backOff.setMaxInterval(10_000);
        return backOff.start();
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
    public boolean stop(Duration timeout) {
        long start = ticker.getAsLong();
        wanted = false;
        standby = false;
        if (!tryTurn(timeout)) {
            stopWhatHasBegun();
            return false;
        }
        try {
            if (next != null) {
                next.cancel(false);
            }
            Engine engine = started ? reader : null;
            started = false;
            boolean inTime = engine == null || engine.stop(timeout.minusNanos(ticker.getAsLong() - start));
            release(timeout.minusNanos(ticker.getAsLong() - start));
            log.info("The consumer has stopped{}", inTime ? "; nothing is in hand" : "");
            return inTime;
        } finally {
            turn.unlock();
        }
    }

    /** A start that hangs may read some of its tables already. What it begins afterwards, whoever has the turn stops. */
    private void stopWhatHasBegun() {
        Engine engine = reader;
        if (starting && engine != null) {
            attend(() -> engine.stop(Duration.ZERO), LAST_WORD, "The consumer starts still, and stops when it has");
        }
    }

    private boolean tryTurn(Duration patience) {
        try {
            return turn.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Gives the lock back, but does not hold up the stop where DynamoDB does not answer: the lease runs out by itself. */
    private void release(Duration patience) {
        attend(
                lock::release,
                LAST_WORD.compareTo(patience) < 0 ? patience : LAST_WORD,
                "The lock was not released, and runs out by itself");
    }

    private static void attend(Runnable action, Duration patience, String otherwise) {
        try {
            CompletableFuture.runAsync(action, ConsumerEngine::runOnItsOwnThread)
                    .get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.warn(otherwise, e);
        }
    }

    /** Not on the common pool, which has a single thread on two processors (from Java 25 on) that others may keep. */
    private static void runOnItsOwnThread(Runnable task) {
        var thread = new Thread(task, "onlyonce-stop");
        thread.setDaemon(true);
        thread.start();
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
            throw new IllegalStateException(
                    standby ? "This process stands by; ask the active one" : "The consumer is not running");
        }
        return engine;
    }

    @Override
    public ConsumerStatus status() {
        Engine engine = reader;
        return engine == null || !started ? notRunning() : engine.status();
    }

    private ConsumerStatus notRunning() {
        Duration behind = wanted ? Duration.ofNanos(ticker.getAsLong() - upToDateNanos) : Duration.ZERO;
        State state = wanted && !standby ? State.STARTING : State.STOPPED;
        List<TableStatus> statuses = tables.stream()
                .map(table -> new TableStatus(table, null, state, problem, behind, RETENTION.minus(behind), List.of()))
                .toList();
        return new ConsumerStatus(wanted ? Role.STANDBY : Role.STOPPED, statuses);
    }
}
