package io.onlyonce.bench;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** KCL with the {@link NaiveLedger} in its processor. It reads a table of its own, and the time of its first read counts from its first record: reading ahead is its way. */
final class KclConsumer implements Contestant {

    private final KclWorker worker;

    KclConsumer(KclWorker worker) {
        this.worker = worker;
    }

    @Override
    public String name() {
        return "KCL and adapter with the naive ledger";
    }

    @Override
    public Finish consume(SourceTable source, int records, Place place) {
        var ledger = new NaiveLedger(place.dynamoDb());
        var first = new AtomicReference<Stopwatch>();
        var rest = new CountDownLatch(records);
        worker.handle(item -> {
            first.compareAndSet(null, Stopwatch.start());
            ledger.handle(item.eventID(), () -> {});
            rest.countDown();
        });
        worker.write(records);
        try {
            rest.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return new Finish(records, first.get().elapsed());
    }
}
