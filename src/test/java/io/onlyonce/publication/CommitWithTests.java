package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.eventually;
import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.SharedWorld.effect;
import static io.onlyonce.publication.TestRecords.eventId;
import static io.onlyonce.publication.TestRecords.insert;
import static io.onlyonce.publication.TestRecords.inserts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.onlyonce.ItemInserted;
import io.onlyonce.fake.ManualTaskScheduler;
import io.onlyonce.ledger.LedgerUnavailableException;
import io.onlyonce.publication.ConsumerListener.LedgerOperation;
import io.onlyonce.publication.ConsumerListener.RecordOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.context.event.EventListener;
import org.springframework.core.retry.RetryPolicy;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

class CommitWithTests {

    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final AtomicReference<Throwable> thrown = new AtomicReference<>();

    private static RetryPolicy noRetries() {
        return RetryPolicy.builder().maxRetries(0).delay(Duration.ofMillis(1)).build();
    }

    @Test
    void itemsAndCompletionAreWrittenTogether() {
        try (var process = process()
                .listener("a", event -> event.commitWith(effect(event.eventId())))
                .start()) {
            process.open("s").offer(inserts(1, 30)).awaitPosition(insert(30));

            assertThat(process.world.committed).hasSize(30).containsValue(1).doesNotContainValue(2);
            assertThat(process.ledger().calls(LedgerOperation.COMMIT)).hasSize(30);
            assertThat(process.observed.count(RecordOutcome.PROCESSED)).isEqualTo(30);
        }
    }

    @Test
    void aCommitWhoseAnswerWasLostTakesEffectOnce() {
        try (var process = process()
                .retryPolicy(noRetries())
                .listener("a", event -> {
                    calls.add(event.eventId() + " " + event.attempt());
                    event.commitWith(effect(event.eventId()));
                })
                .start()) {
            process.ledger()
                    .after(
                            () -> {
                                process.ledger().heal();
                                throw ScriptedLedger.unavailable();
                            },
                            LedgerOperation.COMMIT);
            process.open("s").offer(inserts(1, 2)).awaitPosition(insert(2));

            assertThat(process.world.committed).containsOnly(Map.entry(eventId(1), 1), Map.entry(eventId(2), 1));
            assertThat(calls).containsExactly("event-1 1", "event-1 1", "event-2 1");
            assertThat(process.world.quarantine.all()).isEmpty();
        }
    }

    /** Nothing is written when the commit is found to have gone through, so what another listener has done meanwhile is saved like any other progress. */
    @Test
    void aCommitWhoseAnswerWasLostCarriesNoLaterProgress() {
        var world = new SharedWorld();
        var time = new ManualTaskScheduler();
        var last = new CountDownLatch(1);
        try (var dying = process()
                        .in(world)
                        .time(time)
                        .listener("a", event -> {
                            calls.add("a " + calls.size());
                            if (calls.size() == 1) {
                                throw new IllegalStateException();
                            }
                        })
                        .listener("b", event -> event.commitWith(effect(event.eventId())))
                        .listener("c", event -> {
                            last.countDown();
                            new CountDownLatch(1).await();
                        })
                        .start();
                var next = process()
                        .in(world)
                        .listener("a", event -> calls.add("a again"))
                        .listener("b", event -> calls.add("b again"))
                        .listener("c", event -> calls.add("c"))
                        .start()) {
            dying.ledger()
                    .after(
                            () -> {
                                dying.ledger().heal();
                                throw ScriptedLedger.unavailable();
                            },
                            LedgerOperation.COMMIT);
            var shard = dying.open("s").offer(insert(1));
            eventually().until(() -> shard.delivery.problem() != null);
            time.advance(Duration.ofMillis(80));
            eventually().until(() -> last.getCount() == 0);
            time.advance(Duration.ofSeconds(1));
            dying.awaitLedgerQuiet();

            next.open("s").offer(insert(1)).awaitPosition(insert(1));
            assertThat(calls).containsExactly("a 0", "a 1", "c");
        }
    }

    @Test
    void anUnavailableLedgerCostsNoAttemptEvenIfTheListenerSwallowsIt() {
        try (var process = process()
                .retryPolicy(noRetries())
                .listener("a", event -> {
                    calls.add(event.eventId() + " " + event.attempt());
                    thrown.compareAndSet(null, catchThrowable(() -> event.commitWith(effect(event.eventId()))));
                })
                .listener("b", event -> calls.add("b " + event.eventId()))
                .start()) {
            process.ledger().fail(LedgerOperation.COMMIT);
            var shard = process.open("s").offer(inserts(1, 2));
            eventually().until(() -> calls.size() >= 3);
            assertThat(shard.delivery.problem()).contains("ledger is down");
            process.ledger().heal();
            shard.awaitPosition(insert(2));

            assertThat(calls).containsOnly("event-1 1", "b event-1", "event-2 1", "b event-2");
            assertThat(calls).filteredOn("b event-1"::equals).hasSize(1);
            assertThat(thrown.get()).isInstanceOf(LedgerUnavailableException.class);
            assertThat(process.world.committed).hasSize(2).doesNotContainValue(2);
            assertThat(process.world.quarantine.all()).isEmpty();
        }
    }

    @Test
    void aListenerThatThrowsAfterItsCommitHasCompleted() {
        try (var process = process()
                .listener("a", event -> {
                    calls.add(event.eventId());
                    event.commitWith(effect(event.eventId()));
                    throw new IllegalStateException("too late");
                })
                .start()) {
            process.open("s").offer(insert(1)).awaitPosition(insert(1));

            assertThat(calls).containsExactly(eventId(1));
            assertThat(process.observed.calls).containsExactly(new RecordingConsumerListener.Called("a.on", true));
            assertThat(process.world.committed).containsOnly(Map.entry(eventId(1), 1));
        }
    }

    @Test
    void aListenerWhoseItemsAreRefusedRunsAgain() {
        var refused = new AtomicBoolean();
        try (var process = process()
                .listener("a", event -> {
                    calls.add(event.eventId() + " " + event.attempt());
                    event.commitWith(
                            effect(refused.compareAndSet(false, true) ? SharedWorld.REFUSED : event.eventId()));
                })
                .start()) {
            process.open("s").offer(insert(1)).awaitPosition(insert(1));

            assertThat(calls).containsExactly("event-1 1", "event-1 2");
            assertThat(process.world.committed).containsOnly(Map.entry(eventId(1), 1));
        }
    }

    @Test
    void misuseIsRefused() {
        var kept = new AtomicReference<ItemInserted<?>>();
        var results = new CopyOnWriteArrayList<Throwable>();
        try (var process = process()
                .listener("a", event -> {
                    kept.set(event);
                    results.add(catchThrowable(() -> event.commitWith()));
                    results.add(catchThrowable(() -> event.commitWith(effects(100))));
                    results.add(CompletableFuture.supplyAsync(
                                    () -> catchThrowable(() -> event.commitWith(effect("elsewhere"))))
                            .join());
                    event.commitWith(effects(99));
                    results.add(catchThrowable(() -> event.commitWith(effect("twice"))));
                })
                .start()) {
            process.open("s").offer(insert(1)).awaitPosition(insert(1));
            results.add(catchThrowable(() -> kept.get().commitWith(effect("late"))));

            assertThat(results).hasSize(5).allMatch(IllegalStateException.class::isInstance);
            assertThat(results.get(0)).hasMessageContaining("1 to 99").hasMessageContaining("0");
            assertThat(results.get(1)).hasMessageContaining("100");
            assertThat(results.get(2)).hasMessageContaining("own thread");
            assertThat(results.get(3)).hasMessageContaining("already");
            assertThat(results.get(4)).hasMessageContaining("before it returns");
            assertThat(process.world.committed).hasSize(99);
        }
    }

    private static TransactWriteItem[] effects(int count) {
        var items = new TransactWriteItem[count];
        for (int i = 0; i < count; i++) {
            items[i] = effect("effect-" + i);
        }
        return items;
    }

    @Test
    void aLostClaimStopsTheShardAndIsToldOnce() throws Exception {
        var world = new SharedWorld();
        var begun = new CountDownLatch(2);
        var go = Map.of(eventId(1), new CountDownLatch(1), eventId(2), new CountDownLatch(1));
        try (var first = process()
                        .in(world)
                        .concurrency(2)
                        .listener("a", event -> {
                            calls.add("first " + event.eventId());
                            begun.countDown();
                            go.get(event.eventId()).await();
                            if (event.eventId().equals(eventId(1))) {
                                event.commitWith(effect(event.eventId()));
                            }
                        })
                        .start();
                var second = process()
                        .in(world)
                        .listener("a", event -> {
                            calls.add("second " + event.eventId() + " " + event.redelivered());
                            event.commitWith(effect(event.eventId()));
                        })
                        .start()) {
            var zombie = first.open("s").offer(insert(1), insert(2), insert(3));
            begun.await();
            second.open("s").offer(insert(1)).awaitPosition(insert(1));
            go.get(eventId(1)).countDown();
            eventually().until(() -> zombie.losses.get() == 1);
            go.get(eventId(2)).countDown();

            eventually().untilAsserted(() -> assertThat(first.ledger().keys(LedgerOperation.COMPLETE))
                    .containsExactly(eventId(2)));
            zombie.close();
            assertThat(zombie.losses).hasValue(1);
            assertThat(zombie.positions).isEmpty();
            assertThat(calls).containsExactlyInAnyOrder("first event-1", "first event-2", "second event-1 true");
            assertThat(world.committed).containsOnly(Map.entry(eventId(1), 1));
            assertThat(first.world.quarantine.all()).isEmpty();
        }
    }

    @Test
    void aClaimLostByASaveOfProgressStopsTheShard() throws Exception {
        var world = new SharedWorld();
        var begun = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        try (var first = process()
                        .in(world)
                        .listener("fast", event -> calls.add("fast"))
                        .listener("slow", event -> {
                            begun.countDown();
                            go.await();
                        })
                        .listener("last", event -> calls.add("last"))
                        .start();
                var second = process()
                        .in(world)
                        .listener("fast", event -> {})
                        .listener("slow", event -> {})
                        .listener("last", event -> {})
                        .start()) {
            first.ledger().fail(LedgerOperation.SAVE_PROGRESS);
            var zombie = first.open("s").offer(insert(1), insert(2));
            begun.await();
            second.open("s").offer(insert(1)).awaitPosition(insert(1));
            first.ledger().heal();
            eventually().until(() -> zombie.losses.get() == 1);
            go.countDown();
            zombie.close();

            assertThat(calls).as("no further listener is called").containsExactly("fast");
            assertThat(zombie.losses).hasValue(1);
            assertThat(first.ledger().calls(LedgerOperation.COMPLETE)).isEmpty();
        }
    }

    /** A transaction that meets another write on its item is cancelled, so no save may be under way during a commit. */
    @Test
    void aCommitNeverMeetsASaveOfProgress() {
        Map<String, AtomicInteger> writing = new ConcurrentHashMap<>();
        var meetings = new AtomicInteger();
        try (var process = process()
                .concurrency(8)
                .listener("fast", event -> {})
                .listener("pausing", event -> pause(12))
                .listener("committing", event -> {
                    event.commitWith(effect(event.eventId()));
                    pause(3);
                })
                .listener("failing", event -> {
                    if (event.attempt() < 3) {
                        throw new IllegalStateException();
                    }
                })
                .start()) {
            var ledger = process.ledger();
            ledger.around(
                    (operation, keys, call) -> {
                        keys.forEach(key -> {
                            if (writing.computeIfAbsent(key, any -> new AtomicInteger())
                                            .incrementAndGet()
                                    > 1) {
                                meetings.incrementAndGet();
                            }
                        });
                        try {
                            pause(2);
                            return call.get();
                        } finally {
                            keys.forEach(key -> writing.get(key).decrementAndGet());
                        }
                    },
                    LedgerOperation.COMMIT,
                    LedgerOperation.SAVE_PROGRESS,
                    LedgerOperation.QUARANTINE);
            process.open("s").offer(inserts(1, 200)).awaitPosition(insert(200));

            assertThat(meetings).hasValue(0);
            assertThat(ledger.calls(LedgerOperation.SAVE_PROGRESS)).isNotEmpty();
            assertThat(process.world.committed).hasSize(200).doesNotContainValue(2);
        }
    }

    private static void pause(int milliseconds) {
        LockSupport.parkNanos(Duration.ofMillis(milliseconds).toNanos());
    }

    static final class Wide {

        private final Consumer<Object> handler;

        Wide(Consumer<Object> handler) {
            this.handler = handler;
        }

        @EventListener
        void on(Object event) {
            handler.accept(event);
        }
    }

    @Test
    void onlyListenersForItemInsertedCanCommit() {
        try (var process = process()
                .listener("a", (ItemInserted<Map<String, AttributeValue>> event) -> calls.add(event.eventId()))
                .bean("wide", new Wide(event -> {
                    if (event instanceof ItemInserted<?> item) {
                        thrown.set(catchThrowable(() -> item.commitWith(effect("wide"))));
                    }
                }))
                .start()) {
            process.open("s").offer(insert(1)).awaitPosition(insert(1));

            assertThat(thrown.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("wider type");
            assertThat(calls).hasSize(1);
        }
    }
}
