package io.onlyonce.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import io.micrometer.core.instrument.MeterRegistry;
import io.onlyonce.DuplicateKind;
import io.onlyonce.GapDetected.Reason;
import io.onlyonce.ItemInserted;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.engine.ConsumerCounts;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.Engine;
import io.onlyonce.quarantine.QuarantineStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** Backfills of a table, ordered over HTTP from the service as it is shipped. */
class BackfillTests {

    private static final String KEYED = "item-key";

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private String table = local.createTableWithStream("backfilled");
    private final String prefix = LocalDynamoDb.uniqueName("books");
    private final List<ConfigurableApplicationContext> services = new ArrayList<>();
    private final List<Delivered> delivered = new CopyOnWriteArrayList<>();
    private final List<String> attempted = new CopyOnWriteArrayList<>();
    private volatile boolean failing;
    private final HttpClient http = HttpClient.newHttpClient();

    private record Delivered(String id, boolean backfilled, boolean redelivered) {}

    @AfterEach
    void stop() {
        services.forEach(ConfigurableApplicationContext::close);
    }

    @Test
    void gapIsRepairedAndWhatWasHandledIsNotDeliveredAgain() {
        var service = start(KEYED);
        put("before", 20);
        eventually().until(() -> delivered.size() == 20);
        service.close();
        enableStream(false);
        put("lost", 30);
        enableStream(true);
        put("after", 10);
        // Other content than was inserted proves no conflict.
        change("before-3");
        delivered.clear();

        service = start(KEYED);
        var counts = service.getBean(ConsumerCounts.class);
        eventually().until(() -> delivered.size() == 10);
        assertThat(counts.recentGaps())
                .anySatisfy(gap -> assertThat(gap.reason()).isEqualTo(Reason.STREAM_REPLACED));
        assertThat(delivered).extracting(Delivered::id).allMatch(id -> id.startsWith("after"));

        assertThat(order(service, "backfill").statusCode()).isEqualTo(200);
        awaitState(service, "completed");

        assertThat(delivered)
                .filteredOn(Delivered::backfilled)
                .extracting(Delivered::id)
                .containsExactlyInAnyOrderElementsOf(ids("lost", 30));
        assertThat(delivered).hasSize(40).noneMatch(Delivered::redelivered);
        assertThat(backfill(service))
                .containsEntry("scanned", 60)
                .containsEntry("delivered", 30)
                .containsEntry("duplicates", 30)
                .containsEntry("quarantined", 0)
                .containsEntry("segments", 4)
                .containsEntry("segmentsDone", 4)
                .containsKeys("startedAt", "endedAt")
                .doesNotContainKeys("problem", "process");
        var duplicates = counts.of(table).duplicates();
        assertThat(duplicates.get(DuplicateKind.CONFLICT)).isZero();
        assertThat(duplicates.get(DuplicateKind.REINSERT)).isZero();
        assertThat(duplicates.get(DuplicateKind.REDELIVERY)).isEqualTo(30);
        assertThat(meter(service, "onlyonce.backfill.scanned")).isEqualTo(60);
        assertThat(meter(service, "onlyonce.backfill.items", "outcome", "processed"))
                .isEqualTo(30);
        assertThat(meter(service, "onlyonce.backfill.items", "outcome", "duplicate"))
                .isEqualTo(30);
        assertThat(service.getBean(MeterRegistry.class)
                        .get("onlyonce.delivery")
                        .timer()
                        .count())
                .as("deliveries whose time is known")
                .isEqualTo(10);
    }

    @Test
    void completedOneCanBeStartedAnewAndDeliversNothingTwice() {
        put("item", 25);
        var service = start(KEYED);
        eventually().until(() -> delivered.size() == 25);
        for (int i = 0; i < 2; i++) {
            order(service, "backfill");
            awaitState(service, "completed");
            assertThat(backfill(service)).containsEntry("scanned", 25).containsEntry("duplicates", 25);
        }
        assertThat(delivered).hasSize(25);
    }

    @Test
    void numbersAndBytesAreTheSameKeyInTheTableAsInTheStream() {
        table = LocalDynamoDb.uniqueName("odd-keys");
        local.client().createTable(create -> create.tableName(table)
                .attributeDefinitions(
                        AttributeDefinition.builder()
                                .attributeName("number")
                                .attributeType(ScalarAttributeType.N)
                                .build(),
                        AttributeDefinition.builder()
                                .attributeName("bytes")
                                .attributeType(ScalarAttributeType.B)
                                .build())
                .keySchema(
                        KeySchemaElement.builder()
                                .attributeName("number")
                                .keyType(KeyType.HASH)
                                .build(),
                        KeySchemaElement.builder()
                                .attributeName("bytes")
                                .keyType(KeyType.RANGE)
                                .build())
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .streamSpecification(stream -> stream.streamEnabled(true).streamViewType(StreamViewType.NEW_IMAGE)));
        var numbers = List.of("1.50", "0", "-7e3", "12345678901234567890");
        for (String number : numbers) {
            local.client().putItem(put -> put.tableName(table)
                    .item(Map.of(
                            "number", AttributeValue.fromN(number),
                            "bytes", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0, -1})),
                            "id", AttributeValue.fromS("," + number))));
        }
        var service = start(KEYED);
        eventually().until(() -> delivered.size() == numbers.size());
        order(service, "backfill");
        awaitState(service, "completed");
        assertThat(backfill(service)).containsEntry("scanned", 4).containsEntry("duplicates", 4);
        assertThat(delivered).hasSize(numbers.size());
    }

    @Test
    void whatIsInsertedDuringTheScanIsDeliveredOnce() throws Exception {
        enableStream(false);
        put("old", 200);
        enableStream(true);
        var service = start(KEYED, "--onlyonce.backfill.rate=100");
        var writer = new Thread(() -> put("live", 150));
        writer.start();
        order(service, "backfill");
        writer.join();
        awaitState(service, "completed");
        eventually().until(() -> delivered.size() >= 350);
        var counts = service.getBean(ConsumerCounts.class);
        eventually().until(() -> isIdle(service));

        assertThat(delivered)
                .extracting(Delivered::id)
                .containsExactlyInAnyOrderElementsOf(Stream.of(ids("old", 200), ids("live", 150))
                        .flatMap(List::stream)
                        .toList());
        assertThat(counts.of(table).duplicates().get(DuplicateKind.CONFLICT)).isZero();
        assertThat(counts.of(table).duplicates().get(DuplicateKind.REINSERT)).isZero();
    }

    @Test
    void secondOrderAnswersTheRunningOneAndAStopEndsIt() {
        put("item", 100);
        var service = start(KEYED, "--onlyonce.backfill.rate=10", "--onlyonce.backfill.segments=2");
        String first = order(service, "backfill").body();
        String second = order(service, "backfill").body();
        assertThat(JsonPath.<String>read(second, "$.backfill.startedAt"))
                .isEqualTo(JsonPath.read(first, "$.backfill.startedAt"));
        assertThat(backfill(service)).containsEntry("state", "running").containsKey("process");

        assertThat(order(service, "backfill-stop").statusCode()).isEqualTo(200);
        assertThat(backfill(service)).containsEntry("state", "stopped").containsKey("endedAt");
        assertThat((Integer) backfill(service).get("scanned")).isLessThan(100);
        assertThat(order(service, "backfill-stop").statusCode()).isEqualTo(200);
    }

    @Test
    void rateIsKept() {
        put("item", 60);
        var service = start(KEYED, "--onlyonce.backfill.rate=20", "--onlyonce.backfill.segments=2");
        long start = System.nanoTime();
        order(service, "backfill");
        awaitState(service, "completed");
        // The first page of each segment is free of a wait.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1900));
    }

    @Test
    void pauseHoldsItAndResumeGoesOn() {
        enableStream(false);
        put("item", 80);
        enableStream(true);
        var service = start(KEYED, "--onlyonce.backfill.rate=40");
        order(service, "backfill");
        eventually().until(() -> delivered.size() > 10);
        order(service, "pause");
        assertThat(backfill(service)).containsEntry("state", "paused");
        int scanned = (int) meter(service, "onlyonce.backfill.scanned");
        await().during(Duration.ofSeconds(2))
                .atMost(Duration.ofSeconds(4))
                .until(() -> meter(service, "onlyonce.backfill.scanned") <= scanned + 10);
        order(service, "resume");
        awaitState(service, "completed");
        assertThat(delivered).extracting(Delivered::id).containsExactlyInAnyOrderElementsOf(ids("item", 80));
    }

    @Test
    void anotherProcessGoesOnAfterAStop() {
        enableStream(false);
        put("item", 200);
        enableStream(true);
        var first = start(KEYED, "--onlyonce.backfill.rate=40", "--onlyonce.backfill.segments=2");
        order(first, "backfill");
        var second = start(KEYED, "--onlyonce.backfill.rate=1000", "--onlyonce.backfill.segments=3");
        assertThat(order(second, "backfill").statusCode()).isEqualTo(409);
        eventually().until(() -> delivered.size() > 60);
        first.close();
        awaitState(second, "completed");

        assertThat(delivered).extracting(Delivered::id).containsExactlyInAnyOrderElementsOf(ids("item", 200));
        assertThat(delivered).noneMatch(Delivered::redelivered);
        assertThat(backfill(second)).containsEntry("scanned", 200).containsEntry("segments", 2);
        assertThat(meter(second, "onlyonce.backfill.scanned"))
                .as("scanned by the second")
                .isLessThan(150);
    }

    @Test
    void itemThatWasSetAsideIsLeftToItsRedrive() {
        enableStream(false);
        put("item", 60);
        enableStream(true);
        failing = true;
        String[] settings = {
            "--onlyonce.delivery.max-attempts=1",
            "--onlyonce.backfill.rate=20",
            "--onlyonce.backfill.segments=2",
            "--management.endpoint.quarantine.access=unrestricted"
        };
        var service = start(KEYED, settings);
        order(service, "backfill");
        eventually().until(() -> quarantined(service) >= 5);
        order(service, "backfill-stop");
        failing = false;
        order(service, "backfill");
        awaitState(service, "completed");

        int setAside = quarantined(service);
        assertThat(setAside).isBetween(5, 59);
        // What was in hand at the stop may have been let go.
        var handled = delivered.stream().map(Delivered::id).toList();
        assertThat(handled).hasSize(60 - setAside).doesNotHaveDuplicates();
        assertThat(attempted)
                .filteredOn(id -> !handled.contains(id))
                .hasSize(setAside)
                .doesNotHaveDuplicates();
        assertThat(backfill(service))
                .containsEntry("scanned", 60)
                .containsEntry("delivered", 60 - setAside)
                .containsEntry("duplicates", setAside)
                .containsEntry("quarantined", 0);

        var answer = send(service, "quarantine", "{\"table\": \"" + table + "\"}");
        assertThat(JsonPath.<Map<String, Object>>read(answer.body(), "$.outcomes"))
                .containsExactly(entry("processed", setAside));
        order(service, "backfill");
        awaitState(service, "completed");
        assertThat(delivered).extracting(Delivered::id).containsExactlyInAnyOrderElementsOf(ids("item", 60));
        assertThat(delivered).allMatch(Delivered::backfilled);
        assertThat(quarantined(service)).isZero();
        assertThat(backfill(service)).containsEntry("duplicates", 60);
    }

    private int quarantined(ConfigurableApplicationContext service) {
        return service.getBean(QuarantineStore.class)
                .list(table, null, 100)
                .records()
                .size();
    }

    @Test
    void anotherKeyIsRefusedWithTheRemedy() {
        for (String key : List.of("event-id", "id")) {
            var service = start(key);
            var answer = order(service, "backfill");
            assertThat(answer.statusCode()).isEqualTo(409);
            assertThat(JsonPath.<String>read(answer.body(), "$.message"))
                    .contains("onlyonce.streams." + table + ".key is '" + key + "'")
                    .contains("Set onlyonce.streams." + table + ".key=item-key");
            service.close();
        }
    }

    @Test
    void unknownActionNamesThoseThatThereAre() {
        var answer = order(start(KEYED), "refill");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JsonPath.<List<String>>read(answer.body(), "$.choices"))
                .containsExactly("pause", "resume", "backfill", "backfill-stop");
    }

    private ConfigurableApplicationContext start(String key, String... more) {
        var application = OnlyonceApplication.application(Listeners.class);
        application.addInitializers(
                context -> context.getBeanFactory().registerSingleton("delivered", new Sink(event -> {
                    String id = event.item().get("id").s();
                    attempted.add(id);
                    if (failing) {
                        throw new IllegalStateException("for the test");
                    }
                    delivered.add(new Delivered(id, event.backfilled(), event.redelivered()));
                })));
        var service = application.run(LocalDynamoDb.serviceArguments(
                local.endpoint(),
                Stream.concat(
                                Stream.of(
                                        "--management.endpoints.access.max-permitted=unrestricted",
                                        "--onlyonce.tables.prefix=" + prefix,
                                        "--onlyonce.streams[" + table + "].key=" + key),
                                Stream.of(more))
                        .toArray(String[]::new)));
        services.add(service);
        return service;
    }

    private void put(String prefixOfIds, int count) {
        ids(prefixOfIds, count).forEach(id -> local.client()
                .putItem(put -> put.tableName(table).item(Map.of("id", AttributeValue.fromS(id)))));
    }

    private void change(String id) {
        local.client().putItem(put -> put.tableName(table)
                .item(Map.of("id", AttributeValue.fromS(id), "status", AttributeValue.fromS("PAID"))));
    }

    private static List<String> ids(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + "-" + i).toList();
    }

    private void enableStream(boolean enabled) {
        local.client().updateTable(update -> update.tableName(table).streamSpecification(stream -> {
            stream.streamEnabled(enabled);
            if (enabled) {
                stream.streamViewType(StreamViewType.NEW_IMAGE);
            }
        }));
    }

    private static boolean isIdle(ConfigurableApplicationContext service) {
        var status = service.getBean(Engine.class).status().tables().get(0);
        return status.state() == State.RUNNING && status.iteratorLag().compareTo(Duration.ofSeconds(2)) < 0;
    }

    private HttpResponse<String> order(ConfigurableApplicationContext service, String action) {
        return send(service, "streams/" + table, "{\"action\": \"" + action + "\"}");
    }

    private HttpResponse<String> send(ConfigurableApplicationContext service, String path, String json) {
        return send(service, path, request -> request.POST(BodyPublishers.ofString(json))
                .header("Content-Type", "application/json"));
    }

    private Map<String, Object> backfill(ConfigurableApplicationContext service) {
        return JsonPath.read(
                send(service, "streams/" + table, HttpRequest.Builder::GET).body(), "$.backfill");
    }

    private HttpResponse<String> send(
            ConfigurableApplicationContext service, String path, Consumer<HttpRequest.Builder> what) {
        String port = service.getEnvironment().getRequiredProperty("local.server.port");
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/" + path));
        what.accept(request);
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void awaitState(ConfigurableApplicationContext service, String state) {
        eventually().ignoreExceptions().untilAsserted(() -> assertThat(backfill(service))
                .containsEntry("state", state));
    }

    private double meter(ConfigurableApplicationContext service, String name, String... tags) {
        return service.getBean(MeterRegistry.class)
                .get(name)
                .tag("table", table)
                .tags(tags)
                .counter()
                .count();
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(90));
    }

    /** What the test does with an item. */
    record Sink(Consumer<ItemInserted<Map<String, AttributeValue>>> handler) {}

    @Configuration(proxyBeanMethods = false)
    static class Listeners {

        @Bean
        Recording recording(Sink sink) {
            return new Recording(sink);
        }
    }

    static final class Recording {

        private final Sink sink;

        Recording(Sink sink) {
            this.sink = sink;
        }

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> event) {
            sink.handler().accept(event);
        }
    }
}
