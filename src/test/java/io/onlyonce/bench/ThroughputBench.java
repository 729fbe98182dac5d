package io.onlyonce.bench;

import java.net.URI;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Records a second from one shard, without and with 4 ms on the way to DynamoDB. */
final class ThroughputBench {

    /** As many as Onlyonce has claims and completions under way. */
    private static final int BATCHES_AT_A_TIME = 8;

    private final BenchDatabase database;
    private final Report report;
    private final int rounds;
    private final KclWorker nearKcl;
    private final KclWorker farKcl;

    /** Starts KCL at once. */
    ThroughputBench(BenchDatabase database, Report report, int rounds) {
        this.database = database;
        this.report = report;
        this.rounds = rounds;
        this.nearKcl = startKcl(Place.at(database.near()));
        this.farKcl = startKcl(Place.at(database.far()));
    }

    private static KclWorker startKcl(Place place) {
        return KclWorker.start(SourceTable.create(place.dynamoDb(), 0), place, polling -> {});
    }

    void run() {
        var source = SourceTable.create(Place.at(database.near()).dynamoDb(), 6000);
        compare("Throughput, 4 ms a call", source, database.far(), farKcl, 300);
        compare("Throughput, no delay", source, database.near(), nearKcl, 1500);
        concurrency(source);
    }

    private void compare(String title, SourceTable source, URI endpoint, KclWorker worker, int naiveRecords) {
        var onlyonce = new OnlyonceConsumer("**Onlyonce**");
        var limit = new BatchedLoop(BATCHES_AT_A_TIME);
        var naive = new NaiveConsumer();
        var kcl = new KclConsumer(worker.awaitAwake());
        var bare = new BareLoop();
        var all = new Rounds(source)
                .enter(onlyonce, 6000)
                .enter(limit, 6000)
                .enter(naive, naiveRecords)
                .enter(kcl, naiveRecords)
                .enter(bare, 6000);
        all.run(rounds, endpoint);
        var table = report.table(
                title + ", listener that does nothing",
                "consumer",
                "records/s",
                "Onlyonce is faster by",
                "CPU µs/record");
        for (var contestant : List.of(onlyonce, limit, naive, kcl, bare)) {
            table.row(
                    contestant.name(),
                    "%,.0f".formatted(all.perSecond(contestant)),
                    "%.2f".formatted(all.ratio(onlyonce, contestant)),
                    "%.0f".formatted(all.cpuMicros(contestant)));
        }
    }

    private void concurrency(SourceTable source) {
        Runnable handler = () -> LockSupport.parkNanos(5_000_000);
        var one = new OnlyonceConsumer("concurrency 1", item -> handler.run());
        var sixteen =
                new OnlyonceConsumer("concurrency 16", item -> handler.run(), "--onlyonce.delivery.concurrency=16");
        var oneInMemory = new MemoryConsumer(1, handler);
        var sixteenInMemory = new MemoryConsumer(16, handler);
        var all = new Rounds(source)
                .enter(one, 600)
                .enter(sixteen, 6000)
                .enter(oneInMemory, 600)
                .enter(sixteenInMemory, 6000);
        all.run(rounds, database.near());
        var table = report.table(
                "Throughput, no delay, listener that takes 5 ms",
                "Onlyonce",
                "records/s",
                "faster than concurrency 1 by");
        for (var contestant : List.of(one, sixteen, oneInMemory, sixteenInMemory)) {
            table.row(
                    contestant.name(),
                    "%,.0f".formatted(all.perSecond(contestant)),
                    "%.2f".formatted(all.ratio(contestant, contestant instanceof MemoryConsumer ? oneInMemory : one)));
        }
    }
}
