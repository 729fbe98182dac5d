package io.onlyonce.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.onlyonce.ItemInserted;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.engine.Engine;
import io.onlyonce.metrics.ListenerObservations;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A listener runs within an observation that says what it is about, and no meter comes of it. */
class ListenerObservationTests {

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final String table = local.createTableWithStream("observed");

    @Test
    void listenerRunsWithinAnObservationOfItsTableShardAndEvent() {
        try (var context = OnlyonceApplication.application(Observed.class)
                .run(LocalDynamoDb.serviceArguments(
                        local.endpoint(),
                        "--onlyonce.delivery.initial-backoff=1ms",
                        "--onlyonce.tables.prefix=" + LocalDynamoDb.uniqueName("observed"),
                        "--onlyonce.streams." + table + "="))) {
            var handler = context.getBean(Handler.class);
            var stopped = context.getBean(Stopped.class).contexts;
            local.client().putItem(request -> request.tableName(table).item(Map.of("id", AttributeValue.fromS("a"))));
            await().atMost(Duration.ofSeconds(60)).until(() -> stopped.size() == 2);

            String shard = context.getBean(Engine.class)
                    .status()
                    .tables()
                    .get(0)
                    .shards()
                    .get(0)
                    .id();
            assertThat(stopped).allSatisfy(call -> {
                assertThat(call.getContextualName()).isEqualTo("listener handler.on");
                assertThat(call.getLowCardinalityKeyValue("table").getValue()).isEqualTo(table);
                assertThat(call.getLowCardinalityKeyValue("listener").getValue())
                        .isEqualTo("handler.on");
                assertThat(call.getHighCardinalityKeyValue("shard").getValue()).isEqualTo(shard);
                assertThat(call.getHighCardinalityKeyValue("event.id").getValue())
                        .isEqualTo(handler.events.get(0));
            });
            assertThat(stopped.get(0).getError()).hasMessage("not yet");
            assertThat(stopped.get(1).getError()).isNull();
            assertThat(handler.within).containsExactlyElementsOf(stopped);
            assertThat(context.getBean(MeterRegistry.class).getMeters())
                    .noneMatch(meter -> meter.getId().getName().startsWith(ListenerObservations.NAME))
                    .anyMatch(meter -> meter.getId().getName().equals("onlyonce.listener"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Observed {

        @Bean
        Handler handler(ObservationRegistry registry) {
            return new Handler(registry);
        }

        @Bean
        Stopped stopped() {
            return new Stopped();
        }
    }

    /** Fails the first time. */
    static final class Handler {

        final List<Observation.ContextView> within = new CopyOnWriteArrayList<>();
        final List<String> events = new CopyOnWriteArrayList<>();
        private final ObservationRegistry registry;

        Handler(ObservationRegistry registry) {
            this.registry = registry;
        }

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> event) {
            var current = registry.getCurrentObservation();
            events.add(event.eventId());
            if (current != null) {
                within.add(current.getContextView());
            }
            if (event.attempt() == 1) {
                throw new IllegalStateException("not yet");
            }
        }
    }

    static final class Stopped implements ObservationHandler<Observation.Context> {

        final List<Observation.Context> contexts = new CopyOnWriteArrayList<>();

        @Override
        public void onStop(Observation.Context context) {
            contexts.add(context);
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return context.getName().equals(ListenerObservations.NAME);
        }
    }
}
