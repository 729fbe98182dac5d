package io.onlyonce.backfill;

import io.onlyonce.engine.ConsumerStatus;
import io.onlyonce.engine.Engine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An engine whose tables are backfilled as long as it is started, except while they are paused. */
final class BackfillingEngine implements Engine {

    private static final Duration PAUSE_PATIENCE = Duration.ofSeconds(5);

    private final Engine engine;
    private final List<TableBackfill> tables;

    BackfillingEngine(Engine engine, List<TableBackfill> tables) {
        this.engine = engine;
        this.tables = tables;
    }

    @Override
    public String name() {
        return engine.name();
    }

    @Override
    public void start() {
        engine.start();
        tables.forEach(TableBackfill::activate);
    }

    @Override
    public boolean stop(Duration timeout) {
        long start = System.nanoTime();
        var stopping = CompletableFuture.allOf(
                tables.stream().map(TableBackfill::deactivate).toArray(CompletableFuture[]::new));
        boolean inTime = engine.stop(timeout);
        return await(stopping, timeout.minusNanos(System.nanoTime() - start)) && inTime;
    }

    @Override
    public void pause(String table) {
        long start = System.nanoTime();
        var pausing = CompletableFuture.allOf(tables.stream()
                .filter(backfill -> backfill.table().equals(table))
                .map(TableBackfill::pause)
                .toArray(CompletableFuture[]::new));
        engine.pause(table);
        await(pausing, PAUSE_PATIENCE.minusNanos(System.nanoTime() - start));
    }

    @Override
    public void resume(String table) {
        engine.resume(table);
        tables.stream().filter(backfill -> backfill.table().equals(table)).forEach(TableBackfill::resume);
    }

    @Override
    public ConsumerStatus status() {
        return engine.status();
    }

    private static boolean await(CompletableFuture<Void> future, Duration patience) {
        try {
            future.get(Math.max(0, patience.toNanos()), TimeUnit.NANOSECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        }
    }
}
