package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.TABLE;
import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.TestRecords.eventId;
import static io.onlyonce.publication.TestRecords.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.ItemInserted;
import io.onlyonce.stream.SequenceNumber;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.context.event.EventListener;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.annotation.Order;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbBean;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbPartitionKey;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** How a listener may be written, and what it then gets. */
class ItemListenerTests {

    private static final Map<String, AttributeValue> TOTAL = Map.of("total", AttributeValue.fromN("42"));

    private final List<String> calls = new CopyOnWriteArrayList<>();

    /** Resolved to table {@code orders} and mapped by Spring Cloud AWS's own resolvers. */
    @DynamoDbBean
    public static class Orders {

        private String id;
        private int total;

        @DynamoDbPartitionKey
        public String getId() {
            return id;
        }

        public void setId(String id) {
            this.id = id;
        }

        public int getTotal() {
            return total;
        }

        public void setTotal(int total) {
            this.total = total;
        }
    }

    static class Recording {

        final Consumer<String> calls;

        Recording(Consumer<String> calls) {
            this.calls = calls;
        }
    }

    static final class Typed extends Recording {
        Typed(Consumer<String> calls) {
            super(calls);
        }

        @EventListener
        void on(ItemInserted<Orders> event) {
            calls.accept("typed " + event.item().getId() + " " + event.item().getTotal());
        }
    }

    static final class Raw extends Recording {
        Raw(Consumer<String> calls) {
            super(calls);
        }

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> event) {
            calls.accept("raw " + event.item().get("total").n());
        }
    }

    static final class Wildcard extends Recording {
        Wildcard(Consumer<String> calls) {
            super(calls);
        }

        @EventListener
        void on(ItemInserted<?> event) {
            calls.accept("wildcard " + event.keys().get("id").s());
        }
    }

    static final class NoArgument extends Recording {
        NoArgument(Consumer<String> calls) {
            super(calls);
        }

        @EventListener(classes = ItemInserted.class)
        void on() {
            calls.accept("no argument");
        }
    }

    static final class Conditional extends Recording {
        Conditional(Consumer<String> calls) {
            super(calls);
        }

        @EventListener(condition = "#a0.keys()['id'].s() == 'yes' and #root.args[0].table() == 'orders'")
        void on(ItemInserted<Orders> event) {
            calls.accept("conditional " + event.item().getId());
        }
    }

    static final class Named extends Recording {
        Named(Consumer<String> calls) {
            super(calls);
        }

        @EventListener(id = "first")
        @Order(1)
        void one(ItemInserted<?> event) {
            calls.accept("one");
        }

        @EventListener
        @Order(3)
        void three(ItemInserted<?> event) {
            calls.accept("three");
        }

        @EventListener
        @Order(2)
        void two(ItemInserted<?> event) {
            calls.accept("two");
        }
    }

    static final class Overloaded {
        @EventListener
        void on(ItemInserted<Orders> event) {}

        @EventListener
        void on(Other other) {}
    }

    record Other(String name) {}

    static final class Everything extends Recording {
        Everything(Consumer<String> calls) {
            super(calls);
        }

        @EventListener
        void on(Object event) {
            if (event instanceof ItemInserted<?>) {
                calls.accept("everything");
                throw new IllegalStateException("everything failed");
            }
        }
    }

    private void deliver(Object listener) {
        try (var process = process().bean("bean", listener).start()) {
            process.open("s").offer(insert(1, "x", TOTAL)).awaitPosition(insert(1));
        }
    }

    @Test
    void aBeanIsMappedBySpringCloudAws() {
        deliver(new Typed(calls::add));
        assertThat(calls).containsExactly("typed x 42");
    }

    @Test
    void aMapIsTheRawImage() {
        deliver(new Raw(calls::add));
        assertThat(calls).containsExactly("raw 42");
    }

    @Test
    void aWildcardHearsItemsOfEveryType() {
        deliver(new Wildcard(calls::add));
        assertThat(calls).containsExactly("wildcard x");
    }

    @Test
    void aMethodWithoutArgumentIsCalled() {
        deliver(new NoArgument(calls::add));
        assertThat(calls).containsExactly("no argument");
    }

    @Test
    void aListenerWhoseConditionDoesNotHoldHasCompleted() {
        try (var process = process().bean("bean", new Conditional(calls::add)).start()) {
            process.open("s")
                    .offer(insert(1, "no", TOTAL), insert(2, "yes", TOTAL))
                    .awaitPosition(insert(2));

            assertThat(calls).containsExactly("conditional yes");
            assertThat(process.world.quarantine.all()).isEmpty();
        }
    }

    @Test
    void listenersAreCalledInTheirOrderUnderStableIds() {
        try (var process = process().bean("bean", new Named(calls::add)).start()) {
            process.open("s").offer(insert(1)).awaitPosition(insert(1));

            assertThat(calls).containsExactly("one", "two", "three");
            assertThat(process.observed.calls)
                    .extracting(RecordingConsumerListener.Called::listener)
                    .containsExactly("first", "bean.two", "bean.three");
        }
    }

    @Test
    void otherEventsOfTheSameBeanAreLeftToSpring() {
        try (var process = process().bean("bean", new Overloaded()).start()) {
            assertThat(process.listeners.forTable(TABLE))
                    .extracting(ItemListener::id)
                    .containsExactly("bean.on");
        }
    }

    @Test
    void anExecutorOfTheMulticasterDoesNotMakeListenersAsynchronous() {
        ExecutorService executor = Executors.newCachedThreadPool();
        var multicaster = new SimpleApplicationEventMulticaster();
        multicaster.setTaskExecutor(executor);
        try (var process = process()
                .listener(
                        "a", event -> calls.add(Thread.currentThread().getName().replaceAll("-.*", "")))
                .context(context -> context.registerBean(
                        AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME,
                        SimpleApplicationEventMulticaster.class,
                        () -> multicaster))
                .start()) {
            process.open("s").offer(insert(1)).awaitPosition(insert(1));

            assertThat(calls).containsExactly("worker");
        } finally {
            executor.shutdownNow();
        }
    }

    /** A listener that does not complete for itself is tried as the others are, and the record is then set aside, not lost. */
    @Test
    void aListenerForEveryEventThatThrowsDoesNotLoseTheRecord() {
        try (var process = process()
                .bean("everything", new Everything(calls::add))
                .listener("a", event -> calls.add(event.eventId()))
                .start()) {
            process.open("s").offer(insert(1)).awaitPosition(insert(1));

            assertThat(calls).filteredOn("everything"::equals).hasSize(5);
            assertThat(process.world.quarantine.all()).singleElement().satisfies(record -> {
                assertThat(record.failedListeners()).containsExactlyInAnyOrder("event bus", "a.on");
                assertThat(record.failure().message()).isEqualTo("everything failed");
            });
        }
    }

    @Test
    void listenersBehindAListenerForEveryEventAreCalledOnceItSucceeds() {
        var failures = new AtomicInteger(2);
        try (var process = process()
                .bean("everything", new CommitWithTests.Wide(event -> {
                    if (event instanceof ItemInserted<?> && failures.getAndDecrement() > 0) {
                        throw new IllegalStateException();
                    }
                }))
                .listener("a", event -> calls.add(event.eventId()))
                .start()) {
            process.open("s").offer(insert(1)).awaitPosition(insert(1));

            assertThat(calls).containsExactly(eventId(1));
            assertThat(process.world.quarantine.all()).isEmpty();
        }
    }

    /** What an application's own test publishes. */
    private record MadeByATest(Orders item) implements ItemInserted<Orders> {

        @Override
        public Map<String, AttributeValue> keys() {
            return Map.of();
        }

        @Override
        public String table() {
            return TABLE;
        }

        @Override
        public String streamArn() {
            return "arn";
        }

        @Override
        public String eventId() {
            return "made";
        }

        @Override
        public SequenceNumber sequenceNumber() {
            return new SequenceNumber("1");
        }

        @Override
        public Instant createdAt() {
            return Instant.EPOCH;
        }

        @Override
        public String deduplicationKey() {
            return "made";
        }

        @Override
        public boolean redelivered() {
            return false;
        }

        @Override
        public int attempt() {
            return 1;
        }

        @Override
        public void commitWith(TransactWriteItem... items) {}
    }

    @Test
    void anEventThatATestPublishesReachesTheMethodDirectly() {
        var order = new Orders();
        order.setId("made");
        order.setTotal(7);
        try (var process = process().bean("bean", new Typed(calls::add)).start()) {
            process.context.publishEvent(new MadeByATest(order));

            assertThat(calls).containsExactly("typed made 7");
            assertThat(process.observed.calls).isEmpty();
        }
    }

    @Test
    void anItemThatCannotBeMappedIsSetAsideWithTheReason() {
        try (var process = process().bean("bean", new Typed(calls::add)).start()) {
            process.open("s")
                    .offer(insert(1, "x", Map.of("total", AttributeValue.fromS("many"))))
                    .awaitPosition(insert(1));

            assertThat(process.world.quarantine.all())
                    .singleElement()
                    .satisfies(record -> assertThat(record.failedListeners()).containsExactly("bean.on"));
        }
    }
}
