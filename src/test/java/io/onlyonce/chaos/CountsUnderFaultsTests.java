package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.onlyonce.ItemInserted;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.app.OnlyonceApplication;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Counters that equal, to the record, what was made to go wrong. */
class CountsUnderFaultsTests {

    private static final int ITEMS = 1_000;

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final String table = local.createTableWithStream("counted");

    @Test
    void equalWhatWasInjected() throws Exception {
        for (int i = 0; i < ITEMS; i++) {
            String id = "item-" + i;
            local.client().putItem(put -> put.tableName(table).item(Map.of("id", AttributeValue.fromS(id))));
        }
        try (var proxy = FaultProxy.before(local.endpoint())) {
            proxy.plan(FaultPlan.seeded(11)
                    .with(Fault.EXPIRED_ITERATOR, 0.1)
                    .with(Fault.REPEATED_PAGE, 0.3)
                    .with(Fault.EMPTY_PAGE, 0.1));
            try (var context = OnlyonceApplication.application(Flaky.class)
                    .run(LocalDynamoDb.serviceArguments(
                            proxy.endpoint(),
                            "--onlyonce.polling.page-size=20",
                            "--onlyonce.delivery.initial-backoff=1ms",
                            "--onlyonce.tables.prefix=" + LocalDynamoDb.uniqueName("books"),
                            "--onlyonce.streams[" + table + "]="))) {
                var meters = context.getBean(MeterRegistry.class);
                await().atMost(Duration.ofSeconds(90))
                        .until(() -> count(meters, "onlyonce.records", "outcome", "processed") == ITEMS);
                proxy.plan(FaultPlan.none());
                var repeated = proxy.injected(Fault.REPEATED_PAGE);
                var expired = proxy.injected(Fault.EXPIRED_ITERATOR);
                assertThat(repeated.parts()).isPositive();
                assertThat(expired.calls()).isPositive();

                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(count(meters, "onlyonce.duplicates", "kind", "redelivery"))
                                .isEqualTo(repeated.parts()));
                assertThat(count(meters, "onlyonce.records", "outcome", "duplicate"))
                        .isEqualTo(repeated.parts());
                assertThat(count(meters, "onlyonce.polls", "result", "expired")).isEqualTo(expired.calls());
                assertThat(count(meters, "onlyonce.retries"))
                        .isEqualTo(context.getBean(Failing.class).failures.get())
                        .isEqualTo(ITEMS / 10);
                assertThat(count(meters, "onlyonce.quarantined")).isZero();
                assertThat(count(meters, "onlyonce.gaps")).isZero();
            }
        }
    }

    private static long count(MeterRegistry meters, String name, String... tags) {
        return (long) meters.get(name).tags(tags).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    @Configuration(proxyBeanMethods = false)
    static class Flaky {

        @Bean
        Failing failing() {
            return new Failing();
        }
    }

    static final class Failing {

        private final Set<String> failed = ConcurrentHashMap.newKeySet();
        private final AtomicInteger failures = new AtomicInteger();

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> event) {
            String id = event.item().get("id").s();
            if (id.endsWith("7") && failed.add(id)) {
                failures.incrementAndGet();
                throw new IllegalStateException("at the first attempt");
            }
        }
    }
}
