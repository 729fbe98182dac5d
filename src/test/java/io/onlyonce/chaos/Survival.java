package io.onlyonce.chaos;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.chaos.ChaosService.Poisoned;
import io.onlyonce.chaos.FaultControl.Injection;
import io.onlyonce.chaos.ServiceProcess.Program;
import io.onlyonce.chaos.Tally.Count;
import io.onlyonce.quarantine.DynamoDbQuarantineStore;
import io.onlyonce.quarantine.QuarantineStore;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Writes items while the service is killed and started again, behind a proxy that makes calls go wrong, waits until everything has arrived, and redrives what was quarantined. */
final class Survival {

    /** Without an effect: a lease runs out, a process starts and reads on within it. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(4);

    private static final Logger log = LoggerFactory.getLogger(Survival.class);

    private static final Pattern STARTED = Pattern.compile("Started OnlyonceApplication");

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final ChaosTables tables = ChaosTables.create(local);
    private final Set<String> written = new ConcurrentSkipListSet<>();
    private final QuarantineStore quarantine =
            new DynamoDbQuarantineStore(local.client(), tables.prefix() + "-quarantine", "onlyonce");
    private final HttpClient http = HttpClient.newHttpClient();
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
     * @param poison those among them that a listener could not handle at first
     * @param quarantined keys in quarantine when everything else had arrived; all were redriven then
     * @param kills how often it was killed
     * @param injected faults that happened
     * @param outages how often DynamoDB was out of reach as a whole
     * @param took time from the first item to the last effect
     */
    record Outcome(
            ChaosAudit audit,
            Set<String> expected,
            Set<String> poison,
            List<String> quarantined,
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
            Set<String> poison = written.stream().filter(Poisoned::isPoison).collect(Collectors.toSet());
            List<String> quarantined = awaitQuarantined(poison.size());
            redriveAll(service, random);
            service.stop(Duration.ofSeconds(60));
            return new Outcome(
                    new ChaosAudit(local.client(), tables),
                    written,
                    poison,
                    quarantined,
                    kills + 1,
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
                        "--chaos.poison=true",
                        // Before that, the redrive of a process that was killed is not taken over.
                        "--onlyonce.ledger.claim-timeout=5s",
                        // What was killed holds the lock until its lease has run out. With faults, a short lease is
                        // lost over and over.
                        "--onlyonce.polling.lease-duration="
                                + (settings.faults().rules().isEmpty() ? "2s" : "10s"),
                        // Faults are no verdict on a record here: nothing but poison may end up in quarantine.
                        "--onlyonce.delivery.max-attempts=1000",
                        "--onlyonce.delivery.initial-backoff=20ms",
                        "--onlyonce.delivery.max-backoff=500ms"));
    }

    private List<String> awaitQuarantined(int count) {
        Awaitility.await("poison ends in quarantine")
                .atMost(LONGEST_PAUSE)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> quarantined().size() >= count);
        return quarantined();
    }

    private List<String> quarantined() {
        return quarantine.list(tables.source(), null, Integer.MAX_VALUE - 1).records().stream()
                .map(record -> record.keys().get("id").s())
                .toList();
    }

    /** Brings everything home out of quarantine, though the process that does it is killed once. */
    private void redriveAll(ServiceProcess service, Random random) throws Exception {
        local.client().putItem(put -> put.tableName(tables.committed()).item(ChaosTables.HEALED));
        service.awaitOutput(STARTED, Duration.ofSeconds(120));
        var broken = http.sendAsync(redrive(service), BodyHandlers.discarding());
        TimeUnit.MILLISECONDS.sleep(random.nextInt(500));
        service.kill9();
        log.info("Killed while it redrives, {} in quarantine", quarantined().size());
        broken.cancel(true);
        service.start();
        service.awaitOutput(STARTED, Duration.ofSeconds(120));
        Awaitility.await("everything leaves the quarantine")
                .atMost(LONGEST_PAUSE.multipliedBy(2))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> {
                    var answer = http.send(redrive(service), BodyHandlers.ofString());
                    log.info("Redrive: {} {}", answer.statusCode(), answer.body());
                    return quarantined().isEmpty();
                });
    }

    private HttpRequest redrive(ServiceProcess service) {
        String port = service.awaitOutput(Cluster.PORT, Duration.ofSeconds(10)).group(1);
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/quarantine"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"table\": \"%s\", \"limit\": 1000}".formatted(tables.source())))
                .build();
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
