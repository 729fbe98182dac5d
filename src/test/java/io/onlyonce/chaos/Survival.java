package io.onlyonce.chaos;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.chaos.FaultControl.Injection;
import io.onlyonce.chaos.ServiceProcess.Program;
import io.onlyonce.chaos.Tally.Count;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Writes items while the service is killed and started again, behind a proxy that makes calls go wrong, and waits until everything has arrived. */
final class Survival {

    /** Without an effect: a lease runs out, a process starts and reads on within it. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(4);

    private static final Logger log = LoggerFactory.getLogger(Survival.class);

    private static final Pattern STARTED = Pattern.compile("Started OnlyonceApplication");

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final ChaosTables tables = ChaosTables.create(local);
    private final Set<String> written = new ConcurrentSkipListSet<>();
    private final Settings settings;

    /**
     * What is done to the service.
     *
     * @param items items to write
     * @param duration time over which they are written
     * @param kills how often the service is killed meanwhile
     * @param faults what goes wrong between it and DynamoDB
     * @param concurrency its {@code delivery.concurrency}
     */
    record Settings(int items, Duration duration, int kills, FaultPlan faults, int concurrency) {}

    /**
     * What came of it.
     *
     * @param audit effects
     * @param expected keys that must be there
     * @param kills how often it was killed
     * @param injected faults that happened
     * @param outages how often DynamoDB was out of reach as a whole
     * @param took time from the first item to the last effect
     */
    record Outcome(
            ChaosAudit audit,
            Set<String> expected,
            int kills,
            Map<Injection, Count> injected,
            int outages,
            Duration took) {}

    Survival(Settings settings) {
        this.settings = settings;
    }

    ChaosTables tables() {
        return tables;
    }

    Outcome run() throws Exception {
        Instant start = Instant.now();
        Random random = new Random(settings.faults().seed());
        var producer = Executors.newFixedThreadPool(4);
        int kills = 0;
        int outages = 0;
        try (FaultProxy proxy = FaultProxy.before(local.endpoint());
                ServiceProcess service = ServiceProcess.start(tables.prefix(), program(proxy.endpoint()))) {
            proxy.plan(settings.faults());
            for (int thread = 0; thread < 4; thread++) {
                int offset = thread;
                var unused = producer.submit(() -> produce(offset));
            }
            producer.shutdown();
            long between = settings.duration().toMillis() / (settings.kills() + 1);
            while (kills < settings.kills()) {
                service.awaitOutput(STARTED, Duration.ofSeconds(120));
                // At some point of its work, wherever that is.
                TimeUnit.MILLISECONDS.sleep(between / 2 + random.nextInt((int) between));
                if (!settings.faults().rules().isEmpty() && random.nextInt(4) == 0) {
                    proxy.outage(Duration.ofSeconds(2));
                    outages++;
                }
                service.kill9();
                kills++;
                log.info("Killed {} times, {} of {} items written", kills, written.size(), settings.items());
                service.start();
            }
            producer.awaitTermination(settings.duration().toSeconds() * 3 + 60, TimeUnit.SECONDS);
            awaitEffects();
            service.stop(Duration.ofSeconds(60));
            return new Outcome(
                    new ChaosAudit(local.client(), tables),
                    written,
                    kills,
                    proxy.faults(),
                    outages,
                    Duration.between(start, Instant.now()));
        }
    }

    private Program program(URI endpoint) {
        return new Program(
                ChaosService.class,
                tables.arguments(
                        endpoint,
                        "--onlyonce.delivery.concurrency=" + settings.concurrency(),
                        "--chaos.seed=" + settings.faults().seed(),
                        // What was killed holds the lock until its lease has run out. With faults, a short lease is
                        // lost over and over.
                        "--onlyonce.polling.lease-duration="
                                + (settings.faults().rules().isEmpty() ? "2s" : "10s"),
                        // Faults are no verdict on a record here: nothing may end up in quarantine.
                        "--onlyonce.delivery.max-attempts=1000",
                        "--onlyonce.delivery.initial-backoff=20ms",
                        "--onlyonce.delivery.max-backoff=500ms"));
    }

    private void produce(int offset) {
        long start = System.nanoTime();
        for (int i = offset; i < settings.items(); i += 4) {
            long due = settings.duration().toNanos() / settings.items() * i;
            long wait = due - (System.nanoTime() - start);
            if (wait > 0) {
                LockSupport.parkNanos(wait);
            }
            String id = "item-%06d".formatted(i);
            local.client().putItem(put -> put.tableName(tables.source()).item(Map.of("id", AttributeValue.fromS(id))));
            written.add(id);
        }
    }

    /** However long it takes on a slow machine, as long as it goes on. */
    private void awaitEffects() {
        int missing = missing();
        while (missing > 0) {
            int before = missing;
            missing = Awaitility.await("effects go on to arrive")
                    .atMost(LONGEST_PAUSE)
                    .pollInterval(settings.duration().dividedBy(30))
                    .until(this::missing, now -> now < before);
        }
    }

    private int missing() {
        var audit = new ChaosAudit(local.client(), tables);
        log.info("{} and {} of {} effects", audit.committed(), audit.outside(), settings.items());
        return audit.missing(written).size();
    }
}
