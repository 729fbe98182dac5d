package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.TestRecords.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.onlyonce.ItemInserted;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.springframework.context.event.EventListener;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.core.annotation.Order;
import org.springframework.scheduling.annotation.Async;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbBean;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbPartitionKey;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Which methods are listeners, what each is given, and which are refused. */
class ListenerKindTests {

    private final List<String> calls = new CopyOnWriteArrayList<>();

    @Test
    void aTypedListenerGetsTheMappedItem() throws Exception {
        deliver(new Object() {
            @EventListener
            void on(ItemInserted<Item> event) {
                calls.add(event.item().getId());
            }
        });

        assertThat(calls).containsExactly("item-1");
    }

    @Test
    void aWildcardListenerAndOneWithoutParameterAreCalled() throws Exception {
        deliver(new Object() {
            @EventListener
            @Order(1)
            void wildcard(ItemInserted<?> event) {
                calls.add("wildcard " + event.keys().get("id").s());
            }

            @EventListener(classes = ItemInserted.class)
            @Order(2)
            void none() {
                calls.add("none");
            }
        });

        assertThat(calls).containsExactly("wildcard item-1", "none");
    }

    @Test
    void listenersRunInTheirOrder() throws Exception {
        deliver(new Object() {
            @EventListener
            @Order(3)
            void third(ItemInserted<?> event) {
                calls.add("third");
            }

            @EventListener
            @Order(1)
            void first(ItemInserted<?> event) {
                calls.add("first");
            }

            @EventListener
            @Order(2)
            void second(ItemInserted<?> event) {
                calls.add("second");
            }
        });

        assertThat(calls).containsExactly("first", "second", "third");
    }

    @Test
    void aConditionDecidesAndAListenerThatItLeavesOutCountsAsCompleted() throws Exception {
        deliver(new Object() {
            @EventListener(condition = "#a0.keys()['id'].s() == 'another'")
            void never(ItemInserted<Map<String, AttributeValue>> event) {
                calls.add("never");
            }

            @EventListener(condition = "#a0.table() == 'orders' and #a0.item().id == 'item-1'")
            void on(ItemInserted<Item> event) {
                calls.add("on");
            }
        });

        assertThat(calls).containsExactly("on");
    }

    @Test
    void aMulticasterWithAnExecutorDoesNotMakeListenersAsynchronous() throws Exception {
        var executor = Executors.newSingleThreadExecutor();
        try (var process = process()
                .context(context -> context.registerBean(
                        "applicationEventMulticaster", SimpleApplicationEventMulticaster.class, () -> {
                            var multicaster = new SimpleApplicationEventMulticaster(context.getBeanFactory());
                            multicaster.setTaskExecutor(executor);
                            return multicaster;
                        }))
                .listener("a", event -> calls.add(Thread.currentThread().getName()))
                .start()) {
            process.open("s").offer(insert(1)).awaitPosition(insert(1));
        } finally {
            executor.shutdown();
        }

        assertThat(calls).singleElement().asString().doesNotStartWith("pool-");
    }

    @Test
    void anIdIsTheBeansAndTheMethodsOrTheGivenOne() {
        try (var process = process()
                .bean("shipping", new Object() {
                    @EventListener
                    void announce(ItemInserted<?> event) {}

                    @EventListener(id = "billing")
                    void bill(ItemInserted<?> event) {}
                })
                .start()) {
            assertThat(process.listeners.forTable(RecordPathFixture.TABLE))
                    .extracting(ItemListener::id)
                    .containsExactlyInAnyOrder("shipping.announce", "billing");
        }
    }

    @Test
    void twoListenersOfOneIdAreRefused() {
        refused(
                new Object() {
                    @EventListener(id = "same")
                    void one(ItemInserted<?> event) {}

                    @EventListener(id = "same")
                    void other(ItemInserted<?> event) {}
                },
                "have the id 'same'",
                "@EventListener(id");
    }

    @Test
    void anAsynchronousMethodIsRefused() {
        refused(
                new Object() {
                    @Async
                    @EventListener
                    void on(ItemInserted<?> event) {}
                },
                "is @Async",
                "onlyonce.delivery.concurrency");
    }

    @Test
    void anAsynchronousClassIsRefused() {
        refused(new AsynchronousListener(), "AsynchronousListener.on is @Async", "Remove @Async");
    }

    @Test
    void aMethodThatReturnsAFutureIsRefused() {
        refused(
                new Object() {
                    @EventListener
                    CompletableFuture<Void> on(ItemInserted<?> event) {
                        return CompletableFuture.completedFuture(null);
                    }
                },
                "returns CompletableFuture",
                "Wait for the result");
    }

    @Test
    void aTypeWithoutASchemaIsRefused() {
        refused(
                new Object() {
                    @EventListener
                    void on(ItemInserted<StringBuilder> event) {}
                },
                "no table schema",
                "@DynamoDbBean");
    }

    @Test
    void aTypeThatCouldBelongToEitherTableIsRefusedUnlessItHasACondition() {
        assertThatThrownBy(() -> process()
                        .tables("orders", "users")
                        .bean("bean", new Object() {
                            @EventListener
                            void on(ItemInserted<Item> event) {}
                        })
                        .start())
                .hasMessageContaining("to which of the tables")
                .hasMessageContaining("DynamoDbTableNameResolver")
                .hasMessageContaining("condition");
        process()
                .tables("orders", "users")
                .bean("bean", new Object() {
                    @EventListener(condition = "#a0.table() == 'orders'")
                    void on(ItemInserted<Item> event) {}
                })
                .start()
                .close();
    }

    @Test
    void aTableThatNobodyHearsIsRefused() {
        assertThatThrownBy(() -> process().start().listeners.validate(Set.of("orders")))
                .isInstanceOf(NoItemListenerException.class)
                .hasMessageContaining("orders");
    }

    private void deliver(Object bean) throws Exception {
        try (var process = process().bean("bean", bean).start()) {
            process.open("s").offer(insert(1)).awaitPosition(insert(1));
        }
    }

    private static void refused(Object bean, String problem, String remedy) {
        assertThatThrownBy(() -> process().bean("bean", bean).start())
                .hasStackTraceContaining(problem)
                .hasStackTraceContaining(remedy);
    }

    @Async
    static class AsynchronousListener {

        @EventListener
        void on(ItemInserted<?> event) {}
    }

    /** An item whose class names no table. */
    @DynamoDbBean
    public static class Item {

        private String id;

        @DynamoDbPartitionKey
        public String getId() {
            return id;
        }

        public void setId(String id) {
            this.id = id;
        }
    }
}
