package io.onlyonce.publication;

import static org.awaitility.Awaitility.await;

import io.awspring.cloud.dynamodb.DefaultDynamoDbTableNameResolver;
import io.awspring.cloud.dynamodb.DefaultDynamoDbTableSchemaResolver;
import io.onlyonce.ItemInserted;
import io.onlyonce.fake.ManualTaskScheduler;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.awaitility.core.ConditionFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** One process: an application context with listeners, record paths for its tables, threads, and a scripted view of the ledgers of a {@link SharedWorld}. */
final class RecordPathFixture implements AutoCloseable {

    static final String TABLE = "orders";

    /** What a test's listener does with an item. */
    interface Handler {
        void handle(ItemInserted<Map<String, AttributeValue>> event) throws Exception;
    }

    /** Listener bean for raw items; its id is the bean's name with {@code .on}. */
    static final class Listener {

        private final Handler handler;

        Listener(Handler handler) {
            this.handler = handler;
        }

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> event) throws Exception {
            handler.handle(event);
        }
    }

    final SharedWorld world;
    final RecordingConsumerListener observed = new RecordingConsumerListener();
    final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
    final ItemListeners listeners = new ItemListeners();
    final RecordPaths paths;

    private final Map<String, ScriptedLedger> ledgers = new LinkedHashMap<>();
    private final Map<String, RecordPath> pathByTable = new LinkedHashMap<>();
    private final List<Thread> workerThreads = new CopyOnWriteArrayList<>();
    private final ThreadPoolExecutor workers = (ThreadPoolExecutor) Executors.newCachedThreadPool(this::workerThread);
    private final ThreadPoolExecutor ledgerThreads = (ThreadPoolExecutor) Executors.newFixedThreadPool(8);
    private final ThreadPoolTaskScheduler ownTimers = new ThreadPoolTaskScheduler();

    /** Waits with a deadline that a loaded machine keeps. */
    static ConditionFactory eventually() {
        return await().dontCatchUncaughtExceptions()
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(60));
    }

    static Builder process() {
        return new Builder();
    }

    static final class Builder {

        private SharedWorld world = new SharedWorld();
        private final Map<String, Object> beans = new LinkedHashMap<>();
        private final List<Consumer<AnnotationConfigApplicationContext>> contextSettings = new ArrayList<>();
        private final Set<String> tables = new LinkedHashSet<>();
        private DeduplicationKey key = new DeduplicationKey.EventId();
        private int concurrency = 1;
        private Duration claimTimeout = Duration.ofSeconds(60);
        private RetryPolicy retryPolicy =
                RetryPolicy.builder().maxRetries(4).delay(Duration.ofMillis(1)).build();
        private RetryPolicy patience =
                DeliverySettings.patience(Duration.ofMinutes(15), Duration.ofMillis(1), Duration.ofMillis(1));
        private ManualTaskScheduler time;
        private Executor executor;
        private LongSupplier ticker = System::nanoTime;

        Builder in(SharedWorld shared) {
            world = shared;
            return this;
        }

        Builder listener(String name, Handler handler) {
            return bean(name, new Listener(handler));
        }

        Builder bean(String name, Object bean) {
            beans.put(name, bean);
            return this;
        }

        Builder context(Consumer<AnnotationConfigApplicationContext> setting) {
            contextSettings.add(setting);
            return this;
        }

        Builder tables(String... names) {
            tables.addAll(List.of(names));
            return this;
        }

        Builder key(String text) {
            key = DeduplicationKey.parse(text);
            return this;
        }

        Builder concurrency(int value) {
            concurrency = value;
            return this;
        }

        Builder claimTimeout(Duration value) {
            claimTimeout = value;
            return this;
        }

        Builder retryPolicy(RetryPolicy value) {
            retryPolicy = value;
            return this;
        }

        Builder patience(RetryPolicy value) {
            patience = value;
            return this;
        }

        /** Takes timers and the ticker from a scheduler that a test moves. */
        Builder time(ManualTaskScheduler scheduler) {
            time = scheduler;
            ticker = scheduler::nanoTime;
            return this;
        }

        /** Runs listeners and calls of the ledger on an executor of the test's. */
        Builder executor(Executor value) {
            executor = value;
            return this;
        }

        RecordPathFixture start() {
            if (tables.isEmpty()) {
                tables.add(TABLE);
            }
            return new RecordPathFixture(this);
        }
    }

    private RecordPathFixture(Builder builder) {
        world = builder.world;
        startContext(builder);
        ownTimers.setRejectedExecutionHandler(new DiscardPolicy());
        ownTimers.initialize();
        TaskScheduler timers = builder.time == null ? ownTimers : builder.time;
        paths = new RecordPaths(
                context,
                listeners,
                observed,
                builder.executor == null
                        ? new DeliveryThreads(workers, ledgerThreads, timers)
                        : new DeliveryThreads(builder.executor, builder.executor, timers),
                world.quarantine,
                Clock.systemUTC(),
                builder.ticker);
        var settings =
                new DeliverySettings(builder.concurrency, builder.claimTimeout, builder.retryPolicy, builder.patience);
        for (String table : builder.tables) {
            var ledger = new ScriptedLedger(world.ledger(table));
            ledgers.put(table, ledger);
            pathByTable.put(table, paths.open(table, ledger, builder.key, settings));
        }
    }

    private void startContext(Builder builder) {
        var itemTypes = new ItemTypes(
                () -> new DefaultDynamoDbTableSchemaResolver(List.of()), () -> new DefaultDynamoDbTableNameResolver());
        context.registerBean(ItemListenerFactory.class, () -> new ItemListenerFactory(listeners, itemTypes));
        builder.beans.forEach((name, bean) -> register(name, bean));
        builder.contextSettings.forEach(setting -> setting.accept(context));
        try {
            context.refresh();
            listeners.validate(builder.tables);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @SuppressWarnings("unchecked")
    private <T> void register(String name, T bean) {
        context.registerBean(name, (Class<T>) bean.getClass(), () -> bean);
    }

    ScriptedLedger ledger() {
        return ledgers.get(TABLE);
    }

    ScriptedLedger ledger(String table) {
        return ledgers.get(table);
    }

    RecordPath path() {
        return pathByTable.get(TABLE);
    }

    OpenShard open(String shard) {
        return open(TABLE, shard);
    }

    OpenShard open(String table, String shard) {
        return new OpenShard(pathByTable.get(table), shard);
    }

    private Thread workerThread(Runnable work) {
        var thread = new Thread(work, "worker-" + workerThreads.size());
        workerThreads.add(thread);
        return thread;
    }

    void interruptWorkers() {
        workerThreads.forEach(Thread::interrupt);
    }

    /** Waits until no thread has anything to do. */
    void awaitQuiet() {
        eventually().until(() -> isQuiet(workers) && isQuiet(ledgerThreads));
    }

    void awaitWorkersQuiet() {
        eventually().until(() -> isQuiet(workers));
    }

    void awaitLedgerQuiet() {
        eventually().until(() -> isQuiet(ledgerThreads));
    }

    private static boolean isQuiet(ThreadPoolExecutor threads) {
        return threads.getActiveCount() == 0 && threads.getQueue().isEmpty();
    }

    /** Ends the threads, as the end of a process would; open deliveries are not closed. */
    @Override
    public void close() {
        workers.setRejectedExecutionHandler(new DiscardPolicy());
        ledgerThreads.setRejectedExecutionHandler(new DiscardPolicy());
        workers.shutdownNow();
        ledgerThreads.shutdownNow();
        ownTimers.shutdown();
        context.close();
    }
}
