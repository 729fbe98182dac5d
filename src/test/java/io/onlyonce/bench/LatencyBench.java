package io.onlyonce.bench;

import com.amazonaws.services.dynamodbv2.streamsadapter.polling.DynamoDBStreamsPollingConfig;
import io.onlyonce.ItemInserted;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;

/**
 * From PutItem's answer to the first line of the listener, at about ten writes a second at random moments. Two contestants at a time read the same stream, so that they meet the same moments. Then silence, to
 * see what they cost when there is nothing to do.
 */
final class LatencyBench {

    private static final int WARM_UP = 200;
    private static final int WRITES = 600;
    private static final Duration BETWEEN_WRITES = Duration.ofMillis(100);
    private static final Duration SILENCE = Duration.ofSeconds(60);
    private static final Duration IDLE_SAMPLE = Duration.ofSeconds(20);

    private final BenchDatabase database;
    private final Report report;
    private final DynamoDbClient writer;

    /** When which items reached one contestant. */
    private record Watch(CallMeter meter, Map<String, Long> handled) {

        void on(String id) {
            handled.putIfAbsent(id, System.nanoTime());
        }
    }

    /** A contestant on its way; closed, it reads no more. */
    private record Entry(String name, Watch watch, AutoCloseable end) {

        long reads() {
            return watch.meter().calls("GetRecords");
        }
    }

    /** Starts a contestant on a table, and returns when it reads. */
    @FunctionalInterface
    private interface Start {

        Entry on(SourceTable source);
    }

    LatencyBench(BenchDatabase database, Report report) {
        this.database = database;
        this.report = report;
        this.writer = Place.at(database.near()).dynamoDb();
    }

    void run() {
        var table = report.table(
                "Latency in ms, " + WRITES + " writes at random moments, ten a second",
                "consumer",
                "p50",
                "p95",
                "p99",
                "GetRecords a minute",
                "GetRecords a second after a minute of silence");
        compare(
                table,
                kcl("KCL, as shipped (1 s idle), no ledger", polling -> {}),
                onlyonce("**Onlyonce**, as shipped (100 ms to 1 s)"));
        compare(
                table,
                kcl("KCL, 200 ms idle, no ledger", KclWorker.idle(Duration.ofMillis(200))),
                onlyonce(
                        "**Onlyonce**, both delays 200 ms",
                        "--onlyonce.polling.min-delay=200ms",
                        "--onlyonce.polling.max-delay=200ms"));
        compare(
                table,
                loop("loop, fixed delay of 500 ms, no ledger", Duration.ofMillis(500)),
                loop("loop, fixed delay of 200 ms, no ledger", Duration.ofMillis(200)));
    }

    /** DynamoDB has two readers of a shard at most, so two meet the same moments. */
    private void compare(Report.Table table, Start one, Start other) {
        var source = SourceTable.create(writer, 0);
        var entries = List.of(one.on(source), other.on(source));
        try {
            write(source, "warm-up", WARM_UP, entries);
            List<Long> before = entries.stream().map(Entry::reads).toList();
            long begin = System.nanoTime();
            Map<String, Long> answered = write(source, "item", WRITES, entries);
            double minutes = (System.nanoTime() - begin) / 60e9;
            List<Long> after = entries.stream().map(Entry::reads).toList();
            pause(SILENCE);
            List<Long> idle = entries.stream().map(Entry::reads).toList();
            pause(IDLE_SAMPLE);
            for (int i = 0; i < entries.size(); i++) {
                var entry = entries.get(i);
                var latencies = latencies(answered, entry.watch());
                table.row(
                        entry.name(),
                        percentile(latencies, 50),
                        percentile(latencies, 95),
                        percentile(latencies, 99),
                        "%.0f".formatted((after.get(i) - before.get(i)) / minutes),
                        "%.2f".formatted((entry.reads() - idle.get(i)) / (double) IDLE_SAMPLE.toSeconds()));
            }
        } finally {
            entries.forEach(LatencyBench::close);
        }
    }

    private static void close(Entry entry) {
        try {
            entry.end().close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Start onlyonce(String name, String... settings) {
        return source -> {
            var watch = newWatch(CallMeter.ofCalls());
            var consumer = new OnlyonceConsumer(name, item -> watch.on(id(item)), settings);
            return new Entry(name, watch, consumer.start(source, new Place(database.near(), watch.meter())));
        };
    }

    private Start kcl(String name, Consumer<DynamoDBStreamsPollingConfig> settings) {
        return source -> {
            var worker =
                    KclWorker.start(source, Place.at(database.near()), settings).awaitAwake();
            var watch = newWatch(worker.meter());
            worker.handle(item -> watch.on(item.dynamodb().keys().get("id").s()));
            return new Entry(name, watch, worker);
        };
    }

    private Start loop(String name, Duration delay) {
        return source -> {
            var watch = newWatch(CallMeter.ofCalls());
            var pages = new Pages(new Place(database.near(), watch.meter()).streams(), source);
            var ended = new AtomicBoolean();
            var thread = new Thread(
                    () -> {
                        while (!ended.get()) {
                            for (Record item : pages.next()) {
                                watch.on(item.dynamodb().keys().get("id").s());
                            }
                            pause(delay);
                        }
                    },
                    name);
            thread.setDaemon(true);
            thread.start();
            return new Entry(name, watch, () -> ended.set(true));
        };
    }

    private static Watch newWatch(CallMeter meter) {
        return new Watch(meter, new ConcurrentHashMap<>());
    }

    private static String id(ItemInserted<Map<String, AttributeValue>> item) {
        return item.keys().get("id").s();
    }

    /** Writes items, waits until both contestants have handled them, and answers when each write was answered. */
    private Map<String, Long> write(SourceTable source, String prefix, int number, List<Entry> entries) {
        var random = new Random(7);
        var answered = new LinkedHashMap<String, Long>();
        for (int i = 0; i < number; i++) {
            String id = prefix + "-" + i;
            writer.putItem(put -> put.tableName(source.name()).item(SourceTable.item(id)));
            answered.put(id, System.nanoTime());
            pause(Duration.ofNanos((long) (-Math.log(1 - random.nextDouble()) * BETWEEN_WRITES.toNanos())));
        }
        for (Entry entry : entries) {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> entry.watch().handled().keySet().containsAll(answered.keySet()));
        }
        return answered;
    }

    private static List<Double> latencies(Map<String, Long> answered, Watch watch) {
        return answered.entrySet().stream()
                .map(entry -> Math.max(0, watch.handled().get(entry.getKey()) - entry.getValue()) / 1e6)
                .sorted()
                .toList();
    }

    private static String percentile(List<Double> sorted, int percent) {
        return "%.0f".formatted(sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100)));
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
