package io.onlyonce.bench;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.fake.FakeStreams;
import io.onlyonce.fake.FakeStreams.Operation;
import io.onlyonce.fake.FakeStreamsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What the service costs that has nothing to do, as shards and tables become more. The shards are those of a fake in this process, the service's own tables those of DynamoDB Local. */
final class ScaleBench {

    /** As long as two listings of all shards are apart. */
    private static final Duration WATCHED = Duration.ofSeconds(60);

    /** Delays have grown to the longest by then. */
    private static final Duration SETTLING = Duration.ofSeconds(20);

    private final BenchDatabase database;
    private final Report report;

    ScaleBench(BenchDatabase database, Report report) {
        this.database = database;
        this.report = report;
    }

    void run() {
        var table = report.table(
                "Idle, shards of a fake",
                "tables",
                "shards",
                "all read after, s",
                "threads",
                "heap after GC, MB",
                "resident memory, MB",
                "CPU, % of a core",
                "`GetRecords`/s",
                "`DescribeStream`/min",
                "`/actuator/streams`",
                "`/actuator/prometheus`");
        for (int shards : new int[] {1, 10, 100, 1000}) {
            idle(table, 1, shards);
        }
        for (int tables : new int[] {10, 50}) {
            idle(table, tables, 1);
        }
    }

    private void idle(Report.Table table, int tables, int shardsOfEach) {
        var aws = new FakeStreams(Clock.systemUTC());
        var names = IntStream.range(0, tables).mapToObj(i -> "orders-" + i).toList();
        for (String name : names) {
            String arn = aws.createTableWithStream(name);
            IntStream.range(0, shardsOfEach).forEach(i -> aws.addShard(arn, null));
        }
        int shards = tables * shardsOfEach;
        try (var server = new FakeStreamsServer(aws, database.near());
                var service = JarService.start(
                        "scale-%d-%d".formatted(tables, shards), List.of(), arguments(server, names))) {
            long begin = System.nanoTime();
            service.await(() -> shardsRead(aws) == shards);
            double allRead = (System.nanoTime() - begin) / 1e9;
            sleep(SETTLING);
            int reads = aws.calls(Operation.GET_RECORDS).size();
            int listings = aws.calls(Operation.DESCRIBE_STREAM).size();
            var cpu = ProcessFigures.cpu(service.pid());
            long from = System.nanoTime();
            sleep(WATCHED);
            double seconds = (System.nanoTime() - from) / 1e9;
            double cpuSeconds = ProcessFigures.cpu(service.pid()).minus(cpu).toMillis() / 1e3;
            reads = aws.calls(Operation.GET_RECORDS).size() - reads;
            listings = aws.calls(Operation.DESCRIBE_STREAM).size() - listings;
            int threads = ProcessFigures.threads(service.pid());
            double resident = ProcessFigures.residentMegabytes(service.pid());
            table.row(
                    Integer.toString(tables),
                    "%,d".formatted(shards),
                    "%.1f".formatted(allRead),
                    Integer.toString(threads),
                    "%.0f".formatted(service.heapAfterGc()),
                    "%.0f".formatted(resident),
                    "%.1f".formatted(100 * cpuSeconds / seconds),
                    "%.1f".formatted(reads / seconds),
                    "%.1f".formatted(listings * 60 / seconds),
                    sizeAndTime(service, "streams"),
                    sizeAndTime(service, "prometheus"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long shardsRead(FakeStreams aws) {
        return aws.calls(Operation.GET_RECORDS).stream()
                .map(FakeStreams.Call::subject)
                .distinct()
                .count();
    }

    static List<String> arguments(FakeStreamsServer server, List<String> tables) {
        var arguments = new ArrayList<>(List.of(LocalDynamoDb.serviceArguments(
                server.endpoint(), "--onlyonce.tables.prefix=" + LocalDynamoDb.uniqueName("scale"))));
        for (String table : tables) {
            arguments.add("--onlyonce.streams[" + table + "]=");
            // Below what is logged: it does nothing.
            arguments.add("--onlyonce.forward." + table + ".table=" + table);
            arguments.add("--onlyonce.forward." + table + ".log=debug");
        }
        return arguments;
    }

    /** The first answer of each is slower than all that follow. */
    private static String sizeAndTime(JarService service, String path) {
        var answers = IntStream.range(0, 10).mapToObj(i -> service.get(path)).toList();
        return "%.0f KB, %.0f ms"
                .formatted(
                        answers.get(0).body().length() / 1024.0,
                        Rounds.median(answers.stream()
                                .skip(1)
                                .map(JarService.Answer::millis)
                                .toList()));
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
