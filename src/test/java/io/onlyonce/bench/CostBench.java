package io.onlyonce.bench;

import java.util.List;

/** Calls and capacity units for 1,000 new items. Counted, not timed; items come in pages of 1,000. */
final class CostBench {

    private static final int RECORDS = 5000;

    private final BenchDatabase database;
    private final Report report;

    CostBench(BenchDatabase database, Report report) {
        this.database = database;
        this.report = report;
    }

    void run() {
        var source = SourceTable.create(Place.at(database.near()).dynamoDb(), RECORDS);
        var table = report.table(
                "Cost of 1,000 new items", "consumer", "calls", "by operation", "write units", "read units");
        for (var contestant : List.of(new OnlyonceConsumer("**Onlyonce**"), new NaiveConsumer())) {
            var meter = CallMeter.ofCallsAndUnits();
            contestant.consume(source, RECORDS, new Place(database.near(), meter));
            var calls = Cost.of(meter, RECORDS);
            table.row(
                    contestant.name(),
                    "%.0f".formatted(calls.count()),
                    calls.byOperation(),
                    "%,.0f".formatted(calls.writeUnits()),
                    "%.1f".formatted(calls.readUnits()));
        }
    }
}
