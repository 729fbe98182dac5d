package io.onlyonce.bench;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Items a second from one shard to a queue and to an HTTP receiver, beside a loop that sends one at a time. */
final class ForwardBench {

    private static final int MOST_ITEMS = 6000;

    private final BenchDatabase database;
    private final Report report;
    private final int rounds;
    private final SourceTable source;

    ForwardBench(BenchDatabase database, Report report, int rounds) {
        this.database = database;
        this.report = report;
        this.rounds = rounds;
        this.source = SourceTable.create(Place.at(database.near()).dynamoDb(), MOST_ITEMS);
    }

    void run() {
        String delay = BenchDatabase.DELAY.toMillis() + " ms a call to DynamoDB";
        compare("Forwarding to SQS, no delay", new SqsOutlet(Duration.ZERO), database.near(), 1000, 1, 8, 16, 100);
        compare(
                "Forwarding to SQS, " + delay + " and to SQS",
                new SqsOutlet(BenchDatabase.DELAY),
                database.far(),
                300,
                1,
                8,
                16,
                100);
        compare(
                "Forwarding to an HTTP receiver that takes 5 ms, " + delay,
                new HttpOutlet(Duration.ofMillis(5)),
                database.far(),
                300,
                1,
                8,
                16);
    }

    /** Those that send one at a time get fewer items. */
    private void compare(String title, Outlet outlet, URI endpoint, int items, int... concurrencies) {
        var loop = Forwarding.loop(outlet);
        var naive = Forwarding.naive(outlet);
        var all = new Rounds(source).enter(loop, items).enter(naive, items);
        var contestants = new ArrayList<>(List.of(loop, naive));
        for (int concurrency : concurrencies) {
            var onlyonce = Forwarding.onlyonce(outlet, concurrency);
            all.enter(onlyonce, Math.min(MOST_ITEMS, items * concurrency));
            contestants.add(onlyonce);
        }
        all.run(rounds, endpoint);
        var table = report.table(title, "sender", "items/s", "faster than the loop by", "calls for 1,000 items");
        for (var contestant : contestants) {
            table.row(
                    contestant.name(),
                    "%,.0f".formatted(all.perSecond(contestant)),
                    "%.2f".formatted(all.ratio(contestant, loop)),
                    "%,.0f".formatted(contestant.callsPerThousand()));
        }
    }
}
