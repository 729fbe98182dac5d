package io.onlyonce.bench;

import io.onlyonce.ItemInserted;
import io.onlyonce.ledger.InMemoryLedger;
import io.onlyonce.publication.ConsumerListener;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The whole way of a record from its page to its completion, with a ledger in memory and on one thread: what Onlyonce itself takes. Tasks wait in a queue until the page has been offered, so that batches are full
 * as they are when the ledger is far away.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class RecordPathBenchmark {

    private static final int PAGE = 1000;
    private static final int PAGES = 20;

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
    private final ThreadPoolTaskScheduler timers = new ThreadPoolTaskScheduler();
    private RecordPaths paths;
    private ShardDelivery shard;
    private final List<List<StreamRecord>> pages = new ArrayList<>();
    private List<StreamRecord> page;
    private int next;

    static final class Listener {

        int heard;

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> item) {
            heard++;
        }
    }

    @Setup
    public void start() {
        var listeners = new ItemListeners();
        var itemTypes = new ItemTypes(
                () -> {
                    throw new UnsupportedOperationException();
                },
                () -> {
                    throw new UnsupportedOperationException();
                });
        context.registerBean(ItemListenerFactory.class, () -> new ItemListenerFactory(listeners, itemTypes));
        context.registerBean(Listener.class, Listener::new);
        context.refresh();
        listeners.validate(Set.of("orders"));
        timers.initialize();
        for (int i = 0; i < PAGES; i++) {
            pages.add(page(i * PAGE));
        }
        paths = new RecordPaths(
                context,
                listeners,
                new ConsumerListener() {},
                new DeliveryThreads(tasks::add, tasks::add, timers),
                new InMemoryQuarantineStore(),
                Clock.systemUTC(),
                System::nanoTime);
    }

    private static List<StreamRecord> page(int first) {
        return IntStream.range(first, first + PAGE)
                .mapToObj(RecordPathBenchmark::record)
                .toList();
    }

    private static StreamRecord record(int number) {
        var item = SourceTable.item("o-" + number);
        return new StreamRecord(
                "event-" + number,
                EventName.INSERT,
                new SequenceNumber("%021d".formatted(number)),
                Instant.EPOCH,
                Map.of("id", item.get("id")),
                item,
                null);
    }

    /** Takes the next page; after the last one begins anew, with an empty ledger. */
    @Setup(Level.Invocation)
    public void nextPage() {
        if (next % PAGES == 0) {
            var ledger = new InMemoryLedger(Duration.ofDays(7), Clock.systemUTC(), items -> {});
            var settings = new DeliverySettings(
                    1,
                    Duration.ofSeconds(60),
                    DeliverySettings.retryPolicy(5, Duration.ofMillis(200), Duration.ofSeconds(30), List.of()));
            shard = paths.open("orders", ledger, new DeduplicationKey.EventId(), settings)
                    .open(new ShardId("shardId-0"), new ShardDelivery.Callback() {
                        @Override
                        public void progressed(Position.After position) {}

                        @Override
                        public void claimLost() {}
                    });
        }
        page = pages.get(next++ % PAGES);
    }

    @Benchmark
    @OperationsPerInvocation(PAGE)
    public int deliverPage() {
        shard.offer(page);
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
        if (shard.unfinished() > 0) {
            throw new IllegalStateException("Not delivered: " + shard.unfinished());
        }
        return page.size();
    }

    @TearDown
    public void stop() {
        timers.shutdown();
        context.close();
    }
}
