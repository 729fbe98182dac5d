package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.TestRecords.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.onlyonce.ItemInserted;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Async;

/** What is refused at startup, and how it is said. */
class ItemListenerValidationTests {

    static final class AsyncMethod {
        @Async
        @EventListener
        void on(ItemInserted<?> event) {}
    }

    @Async
    static class AsyncClass {
        @EventListener
        void on(ItemInserted<?> event) {}
    }

    @Async
    @Retention(RetentionPolicy.RUNTIME)
    @interface InTheBackground {}

    static final class MetaAsync {
        @InTheBackground
        @EventListener
        void on(ItemInserted<?> event) {}
    }

    static final class Future {
        @EventListener
        CompletableFuture<String> on(ItemInserted<?> event) {
            return CompletableFuture.completedFuture("");
        }
    }

    record Unmapped(String id) {}

    static final class WithoutSchema {
        @EventListener
        void on(ItemInserted<Unmapped> event) {}
    }

    static final class TwoOfOneName {
        @EventListener
        void on(ItemInserted<ItemListenerTests.Orders> event) {}

        @EventListener(classes = ItemInserted.class)
        void on() {}
    }

    static final class Typed {

        private final Consumer<ItemInserted<?>> calls;

        Typed(Consumer<ItemInserted<?>> calls) {
            this.calls = calls;
        }

        @EventListener
        void on(ItemInserted<ItemListenerTests.Orders> event) {
            calls.accept(event);
        }
    }

    static final class Conditional {

        private final Consumer<ItemInserted<?>> calls;

        Conditional(Consumer<ItemInserted<?>> calls) {
            this.calls = calls;
        }

        @EventListener(condition = "#a0.table() == 'b'")
        void on(ItemInserted<ItemListenerTests.Orders> event) {
            calls.accept(event);
        }
    }

    private static AbstractThrowableAssert<?, ?> assertRefused(Object bean, String... tables) {
        var thrown = catchThrowable(
                () -> process().bean("bean", bean).tables(tables).start().close());
        return assertThat(causes(thrown).stream()
                .filter(InvalidItemListenerException.class::isInstance)
                .findFirst()
                .orElseThrow(() -> new AssertionError("not refused", thrown)));
    }

    private static List<Throwable> causes(Throwable thrown) {
        var causes = new ArrayList<Throwable>();
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            causes.add(cause);
        }
        return causes;
    }

    @Test
    void asyncListenersAreRefused() {
        assertRefused(new AsyncMethod()).hasMessageContaining("AsyncMethod.on is @Async");
        assertRefused(new AsyncClass()).hasMessageContaining("onlyonce.delivery.concurrency");
        assertRefused(new MetaAsync()).hasMessageContaining("@Async");
    }

    @Test
    void listenersThatReturnAFutureAreRefused() {
        assertRefused(new Future())
                .hasMessageContaining("CompletableFuture")
                .hasMessageContaining("Wait for the result");
    }

    @Test
    void aTypeWithoutSchemaIsRefused() {
        assertRefused(new WithoutSchema(), "orders")
                .hasMessageContaining(Unmapped.class.getName())
                .hasMessageContaining("@DynamoDbBean");
    }

    @Test
    void twoListenersWithOneIdAreRefused() {
        assertRefused(new TwoOfOneName())
                .hasMessageContaining("'bean.on'")
                .hasMessageContaining("@EventListener(id = ");
    }

    @Test
    void theRemedyIsThereForAFailureAnalysis() {
        assertRefused(new Future())
                .isInstanceOfSatisfying(InvalidItemListenerException.class, refused -> assertThat(refused.remedy())
                        .isEqualTo("Wait for the result within the method"));
    }

    @Test
    void aTableThatNobodyHearsIsRefused() {
        assertThatThrownBy(() -> process().tables("orders").start().close())
                .isInstanceOf(NoItemListenerException.class)
                .hasMessageContaining("orders");
        assertThatThrownBy(() -> process()
                        .bean("bean", new Typed(event -> {}))
                        .tables("orders", "customers")
                        .start()
                        .close())
                .isInstanceOfSatisfying(NoItemListenerException.class, e -> assertThat(e.tables())
                        .isEqualTo(Set.of("customers")));
    }

    @Test
    void ofSeveralTablesTheNameResolverTellsWhichOneATypeBelongsTo() {
        var heard = new CopyOnWriteArrayList<String>();
        try (var process = process()
                .bean("typed", new Typed(event -> heard.add(event.table())))
                .listener("raw", event -> {})
                .tables("orders", "customers")
                .start()) {
            process.open("customers", "c").offer(insert(1)).awaitPosition(insert(1));
            process.open("orders", "o").offer(insert(1)).awaitPosition(insert(1));

            assertThat(heard).containsExactly("orders");
        }
    }

    @Test
    void aTypeWhoseTableIsNotKnownIsRefused() {
        assertRefused(new Typed(event -> {}), "a", "b")
                .hasMessageContaining("a, b")
                .hasMessageContaining("'orders'")
                .hasMessageContaining("DynamoDbTableNameResolver")
                .hasMessageContaining("condition");
    }

    @Test
    void aConditionStandsInForTheNameResolver() {
        var heard = new CopyOnWriteArrayList<String>();
        try (var process = process()
                .bean("typed", new Conditional(event -> heard.add(event.table())))
                .tables("a", "b")
                .start()) {
            process.open("a", "s").offer(insert(1)).awaitPosition(insert(1));
            process.open("b", "s").offer(insert(1)).awaitPosition(insert(1));

            assertThat(heard).containsExactly("b");
        }
    }

    @Test
    void aSingleTableNeedsNoNameResolver() {
        var heard = new CopyOnWriteArrayList<String>();
        try (var process = process()
                .bean("typed", new Typed(event -> heard.add(event.table())))
                .tables("a")
                .start()) {
            process.open("a", "s").offer(insert(1)).awaitPosition(insert(1));

            assertThat(heard).containsExactly("a");
        }
    }

    @Test
    void onlyListenersThatNameATypeWantItems() {
        try (var process = process()
                .bean("wildcard", new ItemListenerTests.Wildcard(call -> {}))
                .start()) {
            assertThat(process.listeners.wantItemsOf("orders")).isFalse();
        }
        try (var process = process().listener("raw", event -> {}).start()) {
            assertThat(process.listeners.wantItemsOf("orders")).isTrue();
        }
    }
}
