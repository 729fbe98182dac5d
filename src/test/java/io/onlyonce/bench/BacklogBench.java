package io.onlyonce.bench;

import io.onlyonce.fake.FakeStreams;
import io.onlyonce.fake.FakeStreams.Operation;
import io.onlyonce.fake.FakeStreamsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A million new items that wait, in a heap of 256 MB. Nobody keeps the ledger: DynamoDB Local would need longer for it, and more memory, than the service. A stand-in says of each claim that it is the first and of each
 * completion that it is stored, so that the service does all of its own work, the calls over HTTP included.
 */
final class BacklogBench {

    private static final int RECORDS = 1_000_000;

    private final BenchDatabase database;
    private final Report report;

    BacklogBench(BenchDatabase database, Report report) {
        this.database = database;
        this.report = report;
    }

    void run() {
        var table = report.table(
                "Backlog of %,d new items of 250 bytes, heap of 256 MB, listener that does nothing".formatted(RECORDS),
                "shards",
                "time, s",
                "records/s",
                "highest heap after a collection, MB",
                "pauses, s",
                "CPU µs/record");
        for (int shards : new int[] {1, 10, 100}) {
            backlog(table, shards);
        }
    }

    private void backlog(Report.Table table, int shards) {
        var aws = new FakeStreams(Clock.systemUTC());
        String arn = aws.createTableWithStream("orders");
        for (int i = 0; i < shards; i++) {
            aws.addBacklog(arn, RECORDS / shards);
        }
        Path gcLog = Path.of("target", "bench", "backlog-%d-gc.log".formatted(shards));
        try (var server = new FakeStreamsServer(aws, database.near(), BacklogBench::ledger);
                var service = JarService.start(
                        "backlog-" + shards,
                        List.of("-Xmx256m", "-XX:+ExitOnOutOfMemoryError", "-Xlog:gc:file=" + gcLog),
                        ScaleBench.arguments(server, List.of("orders")))) {
            if (!finishes(service, RECORDS / shards * shards)) {
                table.row(Integer.toString(shards), "out of memory", "", "", "", "");
                return;
            }
            double seconds = Duration.between(
                                    aws.calls(Operation.GET_RECORDS).get(0).at(),
                                    Clock.systemUTC().instant())
                            .toMillis()
                    / 1e3;
            var gc = new GcLog(Files.readString(gcLog));
            table.row(
                    Integer.toString(shards),
                    "%.0f".formatted(seconds),
                    "%,.0f".formatted(RECORDS / seconds),
                    "%.0f".formatted(gc.highestAfter()),
                    "%.1f".formatted(gc.pausesSeconds()),
                    "%.0f".formatted(ProcessFigures.cpu(service.pid()).toMillis() * 1e3 / RECORDS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean finishes(JarService service, int records) {
        try {
            service.await(() -> service.metrics().sum("onlyonce_records_total", "event=\"insert\"") >= records);
            return true;
        } catch (RuntimeException e) {
            if (service.output().contains("OutOfMemoryError")) {
                return false;
            }
            throw e;
        }
    }

    /** Answers of a ledger without an entry, which takes everything. */
    static @Nullable Map<String, Object> ledger(String operation, Map<String, Object> request) {
        return switch (operation) {
            case "BatchExecuteStatement" ->
                Map.of(
                        "Responses",
                        Collections.nCopies(
                                ((Collection<?>) request.get("Statements")).size(), Map.of("TableName", "ledger")));
            case "BatchWriteItem" -> Map.of("UnprocessedItems", Map.of());
            default -> null;
        };
    }
}
