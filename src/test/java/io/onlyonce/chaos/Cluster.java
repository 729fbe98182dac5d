package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.ExecutableJar;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.chaos.ServiceProcess.Program;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.json.JsonParserFactory;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Several processes of one consumer, each the executable jar with its listeners in another jar, and a producer that writes to its tables all the time. */
final class Cluster implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Cluster.class);

    static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");
    private static final Pattern STARTED = Pattern.compile("Started OnlyonceApplication");
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int ENDED_BY_SIGTERM = 143;

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final ChaosTables tables;
    private final Program program;
    private final Supplier<String> write;
    private final List<Pod> pods = new ArrayList<>();
    private final Set<String> written = new ConcurrentSkipListSet<>();
    private final ExecutorService producer = Executors.newSingleThreadExecutor();
    private volatile boolean producing = true;

    /** One process. */
    static final class Pod {

        private final ServiceProcess service;

        private Pod(ServiceProcess service) {
            this.service = service;
        }

        void kill9() {
            service.kill9();
        }

        void pause() {
            service.pause();
        }

        void resume() {
            service.resume();
        }

        /** Stops it gracefully; fails if it does not end as one that was asked to. */
        void stop() {
            assertThat(service.stop(Duration.ofSeconds(60))).isEqualTo(ENDED_BY_SIGTERM);
        }

        /** What the end of this JVM does to it. */
        void orphan() {
            service.closeInput();
        }

        boolean isAlive() {
            return service.isAlive();
        }

        /** What the streams endpoint answers. */
        Map<?, ?> streams() {
            return JsonParserFactory.getJsonParser().parseMap(service.awaitHttp(uri("/actuator/streams"), PATIENCE));
        }

        String role() {
            return (String) streams().get("role");
        }

        /** Shards that it reads or has records of in hand. */
        long shardsInHand() {
            return ((Map<?, ?>) streams().get("tables"))
                    .values().stream()
                            .flatMap(table -> ((List<?>) ((Map<?, ?>) table).get("shards")).stream())
                            .map(shard -> ((Map<?, ?>) shard).get("state"))
                            .filter(state -> state.equals("reading") || state.equals("blocked"))
                            .count();
        }

        void awaitReady() {
            service.awaitHttp(uri("/actuator/health/readiness"), PATIENCE);
        }

        private URI uri(String path) {
            String port = service.awaitOutput(PORT, PATIENCE).group(1);
            return URI.create("http://localhost:" + port + path);
        }
    }

    /** A consumer of some tables of DynamoDB Local; the producer has begun. */
    static Cluster ofTables(int sources, String... arguments) throws IOException {
        var local = LocalDynamoDb.shared();
        var tables = ChaosTables.create(local, sources);
        var numbers = new AtomicInteger();
        return new Cluster(
                tables,
                local.endpoint(),
                () -> {
                    int number = numbers.getAndIncrement();
                    String id = "item-%06d".formatted(number);
                    String table = tables.sources().get(number % sources);
                    local.client().putItem(put -> put.tableName(table).item(Map.of("id", AttributeValue.fromS(id))));
                    return id;
                },
                arguments);
    }

    /**
     * A consumer of tables at an endpoint; the producer has begun.
     *
     * @param write writes an item, and answers its id; ids ascend
     */
    Cluster(ChaosTables tables, URI endpoint, Supplier<String> write, String... arguments) throws IOException {
        this.tables = tables;
        this.write = write;
        var all = new ArrayList<>(List.of(arguments));
        // A listener fails every second or so, and what is waited for here is not its back-off.
        all.add("--onlyonce.delivery.initial-backoff=20ms");
        var listeners = ListenersJar.write(ServiceProcess.DIRECTORY.resolve(tables.prefix() + "-listeners.jar"));
        this.program = Program.ofJar(ExecutableJar.path(), tables.arguments(endpoint, all.toArray(String[]::new)))
                .with(Map.of("loader.path", listeners.toString()));
        var unused = producer.submit(this::produce);
    }

    private void produce() {
        while (producing) {
            written.add(write.get());
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(40));
        }
    }

    /** Starts one more process, and returns before it is up. */
    Pod start() {
        var pod = new Pod(ServiceProcess.start(tables.prefix() + "-" + (pods.size() + 1), program));
        pods.add(pod);
        return pod;
    }

    /** Starts one more process, and waits until it is up and ready. */
    Pod startReady() {
        return startReady(1).get(0);
    }

    /** Starts more processes at once, and waits until all are up and ready. */
    List<Pod> startReady(int count) {
        var started = Stream.generate(this::start).limit(count).toList();
        started.forEach(pod -> {
            pod.service.awaitOutput(STARTED, PATIENCE);
            pod.awaitReady();
        });
        return started;
    }

    List<Pod> alive() {
        return pods.stream().filter(Pod::isAlive).toList();
    }

    /** Waits until every shard is in hand, and each process has at least so many of them. */
    void awaitShared(int shards, int atLeast, Duration deadline) {
        Awaitility.await().atMost(deadline).pollInterval(Duration.ofSeconds(1)).until(() -> {
            var inHand = alive().stream().map(Pod::shardsInHand).toList();
            log.info("Shards in hand: {}", inHand);
            return inHand.stream().allMatch(count -> count >= atLeast)
                    && inHand.stream().mapToLong(count -> count).sum() == shards;
        });
    }

    /** Waits until so many items in a row that are written from now on take effect, one for each shard if the producer goes round, and answers how long that took. */
    Duration awaitNewEffects(int count, Duration deadline) {
        long start = System.nanoTime();
        int before = written.size();
        Awaitility.await().atMost(deadline).pollInterval(Duration.ofMillis(200)).until(() -> {
            var fresh = written.stream().skip(before).limit(count).toList();
            return fresh.size() == count && fresh.stream().allMatch(this::isCommitted);
        });
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private boolean isCommitted(String key) {
        return local.client()
                .getItem(get -> get.tableName(tables.committed())
                        .key(Map.of("id", AttributeValue.fromS(key)))
                        .consistentRead(true))
                .hasItem();
    }

    /** Ends the producer and waits until every item has taken effect. */
    ChaosAudit finish(Duration deadline) throws InterruptedException {
        producing = false;
        producer.shutdown();
        producer.awaitTermination(10, TimeUnit.SECONDS);
        Awaitility.await().atMost(deadline).pollInterval(Duration.ofSeconds(1)).until(() -> audit().missing(written)
                .isEmpty());
        return audit();
    }

    Set<String> written() {
        return written;
    }

    private ChaosAudit audit() {
        return new ChaosAudit(local.client(), tables);
    }

    @Override
    public void close() {
        producing = false;
        producer.shutdownNow();
        pods.forEach(pod -> pod.service.close());
    }
}
