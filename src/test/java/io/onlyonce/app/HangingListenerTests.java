package io.onlyonce.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.onlyonce.ItemInserted;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.actuate.ConsumerReadinessHealthIndicator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A listener that does not return: seen while it hangs, interrupted when the service stops, and called again by the next one. */
@ExtendWith(OutputCaptureExtension.class)
class HangingListenerTests {

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final String table = local.createTableWithStream("hanging");
    private final String prefix = LocalDynamoDb.uniqueName("books");

    @Test
    void isSeenInHealthInterruptedAfterTheGraceAndRunsAgain(CapturedOutput output) {
        local.client().putItem(put -> put.tableName(table).item(Map.of("id", AttributeValue.fromS("a"))));
        Listener listener;
        long stopping;
        try (var context = run(true)) {
            listener = context.getBean(Listener.class);
            await().atMost(Duration.ofSeconds(60)).until(() -> !listener.calls.isEmpty());
            var health = context.getBean(ConsumerReadinessHealthIndicator.class);
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(
                            () -> assertThat(health.health().getDetails()).containsKey("longRunningListeners"));
            assertThat(health.health().getStatus())
                    .as("a reason to look, not to restart")
                    .isEqualTo(Status.UP);

            stopping = System.nanoTime();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - stopping))
                .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(15));
        await().atMost(Duration.ofSeconds(5)).until(() -> listener.calls.contains("interrupted"));

        try (var context = run(false)) {
            var next = context.getBean(Listener.class);
            await().atMost(Duration.ofSeconds(60)).until(() -> !next.calls.isEmpty());
            assertThat(next.calls).containsExactly("called again");
        }
        assertThat(output).as("threads end in order").doesNotContain("Exception in thread");
    }

    private ConfigurableApplicationContext run(boolean hang) {
        return OnlyonceApplication.application(Hanging.class)
                .run(LocalDynamoDb.serviceArguments(
                        local.endpoint(),
                        "--hang=" + hang,
                        "--spring.lifecycle.timeout-per-shutdown-phase=4s",
                        "--onlyonce.tables.prefix=" + prefix,
                        "--onlyonce.ledger.claim-timeout=1s",
                        "--onlyonce.delivery.max-backoff=500ms",
                        "--onlyonce.streams[" + table + "]="));
    }

    @Configuration(proxyBeanMethods = false)
    static class Hanging {

        @Bean
        Listener listener(@Value("${hang}") boolean hang) {
            return new Listener(hang);
        }
    }

    static final class Listener {

        private final List<String> calls = new CopyOnWriteArrayList<>();
        private final boolean hang;

        Listener(boolean hang) {
            this.hang = hang;
        }

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> event) throws InterruptedException {
            calls.add(event.redelivered() ? "called again" : "called");
            if (hang) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    calls.add("interrupted");
                    throw e;
                }
            }
        }
    }
}
