package io.onlyonce.bench;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** The {@link MemoryPath}, with records from memory as well. */
final class MemoryConsumer implements Contestant {

    private final int concurrency;
    private final Runnable handler;

    MemoryConsumer(int concurrency, Runnable handler) {
        this.concurrency = concurrency;
        this.handler = handler;
    }

    @Override
    public String name() {
        return "concurrency %d, ledger in memory".formatted(concurrency);
    }

    @Override
    public Finish consume(SourceTable source, int records, Place place) {
        var threads = Executors.newCachedThreadPool();
        var handled = new CountDownLatch(records);
        var path = new MemoryPath(concurrency, threads, () -> {
            handler.run();
            handled.countDown();
        });
        try {
            var page = MemoryPath.records(0, records);
            var time = Stopwatch.start();
            path.open().offer(page);
            handled.await();
            return new Finish(records, time.elapsed());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            threads.shutdown();
            path.close();
        }
    }
}
