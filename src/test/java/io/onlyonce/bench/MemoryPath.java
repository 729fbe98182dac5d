package io.onlyonce.bench;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.onlyonce.ItemInserted;
import io.onlyonce.engine.ConsumerCounts;
import io.onlyonce.ledger.InMemoryLedger;
import io.onlyonce.metrics.ConsumerMetrics;
import io.onlyonce.publication.ConsumerListeners;
import io.onlyonce.publication.DeduplicationKey;
import io.onlyonce.publication.DeliverySettings;
import io.onlyonce.publication.DeliveryThreads;
import io.onlyonce.publication.ItemListenerFactory;
import io.onlyonce.publication.ItemListeners;
import io.onlyonce.publication.ItemTypes;
import io.onlyonce.publication.RecordPaths;
import io.onlyonce.publication.ShardDelivery;
import io.onlyonce.quarantine.InMemoryQuarantineStore;
import io.onlyonce.stream.EventName;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import io.onlyonce.stream.StreamRecord;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The record path with one listener and a ledger in memory: what Onlyonce itself can do, with no DynamoDB to wait for. */
final class MemoryPath implements AutoCloseable {

    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
    private final ThreadPoolTaskScheduler timers = new ThreadPoolTaskScheduler();
    private final int concurrency;
    private final RecordPaths paths;

    static final class Listener {

        private final Runnable handler;

        Listener(Runnable handler) {
            this.handler = handler;
        }

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> item) {
            handler.run();
        }
    }

    MemoryPath(int concurrency, Executor executor, Runnable handler) {
        this.concurrency = concurrency;
        var listeners = new ItemListeners();
        var itemTypes = new ItemTypes(
                () -> {
                    throw new UnsupportedOperationException();
                },
                () -> {
                    throw new UnsupportedOperationException();
                });
        context.registerBean(ItemListenerFactory.class, () -> new ItemListenerFactory(listeners, itemTypes));
        context.registerBean(Listener.class, () -> new Listener(handler));
        context.refresh();
        listeners.validate(Set.of("orders"));
        timers.initialize();
        this.paths = new RecordPaths(
                context,
                listeners,
                new ConsumerListeners(List.of(new ConsumerCounts(), meters())),
                new DeliveryThreads(executor, executor, timers),
                new InMemoryQuarantineStore(),
                Clock.systemUTC(),
                System::nanoTime);
    }

    /** As in the service, which counts and measures each record. */
    private static ConsumerMetrics meters() {
        return new ConsumerMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), List.of("orders"));
    }

    /** Opens a shard, with an empty ledger. */
    ShardDelivery open() {
        var ledger = new InMemoryLedger(Duration.ofDays(7), Clock.systemUTC(), items -> {});
        var settings = new DeliverySettings(
                concurrency,
                Duration.ofSeconds(60),
                DeliverySettings.retryPolicy(5, Duration.ofMillis(200), Duration.ofSeconds(30), List.of()),
                DeliverySettings.patience(Duration.ofMinutes(15), Duration.ofMillis(200), Duration.ofSeconds(30)));
        return paths.open("orders", ledger, new DeduplicationKey.EventId(), settings)
                .open(new ShardId("shardId-0"), new ShardDelivery.Callback() {
                    @Override
                    public void progressed(Position.After position) {}

                    @Override
                    public void claimLost() {}
                });
    }

    /** New items, numbered. */
    static List<StreamRecord> records(int from, int to) {
        return IntStream.range(from, to).mapToObj(MemoryPath::record).toList();
    }

    private static StreamRecord record(int number) {
        var item = SourceTable.item("o-" + number);
        return new StreamRecord(
                "arn:aws:dynamodb:eu-central-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000",
                "event-" + number,
                EventName.INSERT,
                new SequenceNumber("%021d".formatted(number)),
                Instant.EPOCH,
                Map.of("id", item.get("id")),
                item,
                null);
    }

    @Override
    public void close() {
        timers.shutdown();
        context.close();
    }
}
