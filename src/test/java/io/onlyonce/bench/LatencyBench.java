package io.onlyonce.bench;

import io.onlyonce.ItemInserted;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.springframework.context.ConfigurableApplicationContext;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;

/**
 * From PutItem's answer to the first line of the listener, at about ten writes a second at random moments. All contestants read the same stream at the same time, so that they meet the same moments. Then silence, to
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
    private final SourceTable source;
    private final Map<String, Watch> watches = new LinkedHashMap<>();
    private final List<KclWorker> kcl;

    /** When which items reached one contestant. */
    private record Watch(CallMeter meter, Map<String, Long> handled) {

        void on(String id) {
            handled.putIfAbsent(id, System.nanoTime());
        }
    }

    /** Starts KCL at once. */
    LatencyBench(BenchDatabase database, Report report) {
        this.database = database;
        this.report = report;
        this.writer = Place.at(database.near()).dynamoDb();
        this.source = SourceTable.create(writer, 0);
        this.kcl = List.of(
                KclWorker.start(source, place(), polling -> {}),
                KclWorker.start(source, place(), KclWorker.idle(Duration.ofMillis(200))));
    }

    private Place place() {
        return Place.at(database.near());
    }

    void run() {
        watch("KCL, as shipped (1 s idle), no ledger", kcl.get(0));
        watch("KCL, 200 ms idle, no ledger", kcl.get(1));
        pollEvery("loop, fixed delay of 500 ms, no ledger", Duration.ofMillis(500));
        pollEvery("loop, fixed delay of 200 ms, no ledger", Duration.ofMillis(200));
        var contexts = List.of(
                onlyonce("**Onlyonce**, as shipped (100 ms to 1 s)"),
                onlyonce(
                        "**Onlyonce**, both delays 200 ms",
                        "--onlyonce.polling.min-delay=200ms",
                        "--onlyonce.polling.max-delay=200ms"));
        try {
            write("warm-up", WARM_UP);
            Map<String, Long> before = reads();
            long begin = System.nanoTime();
            Map<String, Long> answered = write("item", WRITES);
            double minutes = (System.nanoTime() - begin) / 60e9;
            Map<String, Long> after = reads();
            pause(SILENCE);
            Map<String, Long> idle = reads();
            pause(IDLE_SAMPLE);
            Map<String, Long> end = reads();
            var table = report.table(
                    "Latency in ms, " + WRITES + " writes at random moments, ten a second",
                    "consumer",
                    "p50",
                    "p95",
                    "p99",
                    "GetRecords a minute",
                    "GetRecords a second after a minute of silence");
            watches.forEach((name, watch) -> {
                var latencies = latencies(answered, watch);
                table.row(
                        name,
                        percentile(latencies, 50),
                        percentile(latencies, 95),
                        percentile(latencies, 99),
                        "%.0f".formatted((after.get(name) - before.get(name)) / minutes),
                        "%.2f".formatted((end.get(name) - idle.get(name)) / (double) IDLE_SAMPLE.toSeconds()));
            });
        } finally {
            contexts.forEach(ConfigurableApplicationContext::close);
        }
    }

    private ConfigurableApplicationContext onlyonce(String name, String... settings) {
        var watch = newWatch(name, CallMeter.ofCalls());
        var consumer = new OnlyonceConsumer(name, item -> watch.on(id(item)), settings);
        return consumer.start(source, new Place(database.near(), watch.meter()));
    }

    private static String id(ItemInserted<Map<String, AttributeValue>> item) {
        return item.keys().get("id").s();
    }

    private void watch(String name, KclWorker worker) {
        var watch = newWatch(name, worker.awaitAwake().meter());
        worker.handle(item -> watch.on(item.dynamodb().keys().get("id").s()));
    }

    private void pollEvery(String name, Duration delay) {
        var watch = newWatch(name, CallMeter.ofCalls());
        var pages = new Pages(new Place(database.near(), watch.meter()).streams(), source);
        var thread = new Thread(
                () -> {
                    while (true) {
                        for (Record item : pages.next()) {
                            watch.on(item.dynamodb().keys().get("id").s());
                        }
                        pause(delay);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    private Watch newWatch(String name, CallMeter meter) {
        var watch = new Watch(meter, new ConcurrentHashMap<>());
        watches.put(name, watch);
        return watch;
    }

    private Map<String, Long> reads() {
        var reads = new LinkedHashMap<String, Long>();
        watches.forEach((name, watch) -> reads.put(name, watch.meter().calls("GetRecords")));
        return reads;
    }

    /** Writes items, waits until all contestants have handled them, and answers when each write was answered. */
    private Map<String, Long> write(String prefix, int number) {
        var random = new Random(7);
        var answered = new LinkedHashMap<String, Long>();
        for (int i = 0; i < number; i++) {
            String id = prefix + "-" + i;
            writer.putItem(put -> put.tableName(source.name()).item(SourceTable.item(id)));
            answered.put(id, System.nanoTime());
            pause(Duration.ofNanos((long) (-Math.log(1 - random.nextDouble()) * BETWEEN_WRITES.toNanos())));
        }
        for (Watch watch : watches.values()) {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> watch.handled().keySet().containsAll(answered.keySet()));
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
