package io.onlyonce.bench;

import java.net.URI;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Records a second from one shard, without and with 4 ms on the way to DynamoDB. */
final class ThroughputBench {

    /** Batches under way at a time; Onlyonce has up to eight, claims and completions together. */
    private static final List<Integer> BATCHES_AT_A_TIME = List.of(4, 8, 16, 32);

    private final BenchDatabase database;
    private final Report report;
    private final int rounds;

    ThroughputBench(BenchDatabase database, Report report, int rounds) {
        this.database = database;
        this.report = report;
        this.rounds = rounds;
    }

    private static KclWorker startKcl(Place place) {
        return KclWorker.start(SourceTable.create(place.dynamoDb(), 0), place, polling -> {});
    }

    void run() {
        var source = SourceTable.create(Place.at(database.near()).dynamoDb(), 6000);
        compare("Throughput, 4 ms a call", source, database.far(), 300);
        compare("Throughput, no delay", source, database.near(), 1500);
        concurrency("Throughput, 4 ms a call", source, database.far());
        concurrency("Throughput, no delay", source, database.near());
    }

    private void compare(String title, SourceTable source, URI endpoint, int naiveRecords) {
        try (var worker = startKcl(Place.at(endpoint))) {
            compare(title, source, endpoint, new KclConsumer(worker.awaitAwake()), naiveRecords);
        }
    }

    private void compare(String title, SourceTable source, URI endpoint, KclConsumer kcl, int naiveRecords) {
        var onlyonce = new OnlyonceConsumer("**Onlyonce**");
        var naive = new NaiveConsumer();
        var bare = new BareLoop();
        var all = new Rounds(source).enter(onlyonce, 6000);
        BATCHES_AT_A_TIME.forEach(batches -> all.enter(new BatchedLoop(batches), 6000));
        all.enter(naive, naiveRecords)
                .enter(kcl, naiveRecords)
                .enter(bare, 6000)
                .run(rounds, endpoint);
        var table = report.table(
                title + ", listener that does nothing",
                "consumer",
                "records/s",
                "from, to",
                "Onlyonce is faster by",
                "CPU µs/record",
                "processors busy, %");
        for (var contestant : all.contestants()) {
            table.row(
                    contestant.name(),
                    "%,.0f".formatted(all.perSecond(contestant)),
                    all.range(contestant),
                    "%.2f".formatted(all.ratio(onlyonce, contestant)),
                    "%.0f".formatted(all.cpuMicros(contestant)),
                    "%.0f".formatted(100 * all.busyShare(contestant)));
        }
    }

    private void concurrency(String title, SourceTable source, URI endpoint) {
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
        all.run(rounds, endpoint);
        var table = report.table(
                title + ", listener that takes 5 ms",
                "Onlyonce",
                "records/s",
                "from, to",
                "faster than concurrency 1 by",
                "processors busy, %");
        for (var contestant : List.of(one, sixteen, oneInMemory, sixteenInMemory)) {
            table.row(
                    contestant.name(),
                    "%,.0f".formatted(all.perSecond(contestant)),
                    all.range(contestant),
                    "%.2f".formatted(all.ratio(contestant, contestant instanceof MemoryConsumer ? oneInMemory : one)),
                    "%.0f".formatted(100 * all.busyShare(contestant)));
        }
    }
}
