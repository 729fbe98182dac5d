package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.onlyonce.ItemInserted;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.app.OnlyonceApplication;
import io.onlyonce.engine.ConsumerCounts;
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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** One record among ten thousand that a listener cannot handle: set aside, and brought home by an operator. */
class PoisonTests {

    private static final int ITEMS = 10_000;
    private static final String POISON = "item-05000";

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final String table = local.createTableWithStream("poisoned");
    private final String prefix = LocalDynamoDb.uniqueName("books");
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void delaysNothingButItselfAndComesHomeByARedrive() throws Exception {
        writeItems(0, ITEMS);
        try (FaultProxy proxy = FaultProxy.before(local.endpoint())) {
            try (ConfigurableApplicationContext context = run(proxy.endpoint())) {
                var counts = context.getBean(ConsumerCounts.class);
                var listeners = context.getBean(Listeners.class);
                await().atMost(Duration.ofSeconds(120))
                        .untilAsserted(
                                () -> assertThat(counts.of(table).processed()).isEqualTo(ITEMS - 1));
                assertThat(counts.of(table).quarantined()).isEqualTo(1);
                assertThat(listeners.failures).hasValue(3);
                // Two back-offs of 100 and 200 ms with jitter, and then the shard went on.
                assertThat(Duration.ofNanos(listeners.longestPauseNanos.get())).isLessThan(Duration.ofSeconds(3));

                String list =
                        get(context, "/actuator/quarantine?table=" + table).body();
                String id = find("\"id\":\"([^\"]+)\"", list);
                assertThat(get(context, "/actuator/quarantine/" + id).body())
                        .contains(POISON, "IllegalStateException: cannot be handled", "Listeners$Picky");

                assertThat(post(context, "/actuator/quarantine/" + id).statusCode())
                        .isEqualTo(409);
                listeners.healed = true;
                assertThat(post(context, "/actuator/quarantine/" + id).statusCode())
                        .isEqualTo(200);
                assertThat(post(context, "/actuator/quarantine/" + id).statusCode())
                        .isEqualTo(404);

                assertThat(counts.of(table).processed()).isEqualTo(ITEMS);
                assertThat(listeners.handled).hasSize(ITEMS).containsKey(POISON);
                assertThat(listeners.other.get(POISON))
                        .as("runs of the listener that had completed")
                        .isEqualTo(1);
                // Stopped in the middle of its work, it releases what it has claimed and not begun.
                listeners.slow = true;
                writeItems(ITEMS, 300);
                await().atMost(Duration.ofSeconds(30)).until(() -> listeners.handled.size() > ITEMS + 10);
            }
            assertThat(undocumented(proxy.accesses()))
                    .as("calls that the README's policy does not allow")
                    .isEmpty();
            assertThat(unused(proxy.accesses()))
                    .as("actions of the README's policy that nothing needs")
                    .isEmpty();
        }
    }

    private void writeItems(int from, int count) {
        List<WriteRequest> batch = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            var item = Map.of("id", AttributeValue.fromS("item-%05d".formatted(i)));
            batch.add(WriteRequest.builder().putRequest(put -> put.item(item)).build());
            if (batch.size() == 25) {
                var full = List.copyOf(batch);
                local.client().batchWriteItem(request -> request.requestItems(Map.of(table, full)));
                batch.clear();
            }
        }
    }

    private ConfigurableApplicationContext run(URI endpoint) {
        return OnlyonceApplication.application(Listeners.class)
                .run(LocalDynamoDb.serviceArguments(
                        endpoint,
                        "--management.endpoints.access.max-permitted=unrestricted",
                        "--onlyonce.tables.prefix=" + prefix,
                        "--onlyonce.streams[" + table + "]=",
                        "--onlyonce.delivery.max-attempts=3",
                        "--onlyonce.delivery.initial-backoff=100ms"));
    }

    private HttpResponse<String> get(ConfigurableApplicationContext context, String path) throws Exception {
        return http.send(request(context, path).GET().build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(ConfigurableApplicationContext context, String path) throws Exception {
        return http.send(
                request(context, path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{}"))
                        .build(),
                BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(ConfigurableApplicationContext context, String path) {
        String port = context.getEnvironment().getRequiredProperty("local.server.port");
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
    }

    private static String find(String pattern, String text) {
        var matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }

    private Set<String> undocumented(Set<Access> accesses) throws Exception {
        var used = used(accesses);
        used.removeAll(ReadmePolicy.documented(0));
        return used;
    }

    private Set<String> unused(Set<Access> accesses) throws Exception {
        var documented = ReadmePolicy.documented(0);
        documented.removeAll(used(accesses));
        return documented;
    }

    private Set<String> used(Set<Access> accesses) {
        return ReadmePolicy.used(accesses, resource -> resource.replace(table, "orders")
                .replace(prefix, "onlyonce")
                .replaceFirst("stream/.*", "stream/*")
                .replaceFirst("onlyonce-(ledger|checkpoints|quarantine)", "onlyonce-*"));
    }

    @Configuration(proxyBeanMethods = false)
    static class Listeners {

        final Map<String, Integer> handled = new ConcurrentHashMap<>();
        final Map<String, Integer> other = new ConcurrentHashMap<>();
        final AtomicInteger failures = new AtomicInteger();
        final AtomicLong longestPauseNanos = new AtomicLong();
        final AtomicLong lastNanos = new AtomicLong();
        volatile boolean healed;
        volatile boolean slow;

        @Bean
        Picky picky() {
            return new Picky();
        }

        @Bean
        Other other() {
            return new Other();
        }

        final class Picky {

            @EventListener
            void on(ItemInserted<Map<String, AttributeValue>> event) {
                String id = event.item().get("id").s();
                long now = System.nanoTime();
                long before = lastNanos.getAndSet(now);
                if (before != 0) {
                    longestPauseNanos.accumulateAndGet(now - before, Math::max);
                }
                if (id.equals(POISON) && !healed) {
                    failures.incrementAndGet();
                    throw new IllegalStateException("cannot be handled");
                }
                if (slow) {
                    LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
                }
                handled.merge(id, 1, Integer::sum);
            }
        }

        final class Other {

            @EventListener
            void on(ItemInserted<?> event) {
                other.merge(event.keys().get("id").s(), 1, Integer::sum);
            }
        }
    }
}
