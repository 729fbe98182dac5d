package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.eventually;
import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.TestRecords.eventId;
import static io.onlyonce.publication.TestRecords.insert;
import static io.onlyonce.publication.TestRecords.inserts;
import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.fake.ManualTaskScheduler;
import io.onlyonce.publication.ConsumerListener.LedgerOperation;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.core.retry.RetryPolicy;

class ProgressTests {

    private final SharedWorld world = new SharedWorld();
    private final List<String> calls = new CopyOnWriteArrayList<>();

    @Test
    void onlyTheSlowListenerRunsAgainAfterACrash() {
        var never = new CountDownLatch(1);
        try (var crashing = process()
                        .in(world)
                        .listener("fast", event -> calls.add("fast"))
                        .listener("slow", event -> never.await())
                        .start();
                var next = process()
                        .in(world)
                        .listener("fast", event -> calls.add("fast again"))
                        .listener("slow", event -> calls.add("slow " + event.redelivered() + " " + event.attempt()))
                        .start()) {
            crashing.open("s").offer(insert(1));
            eventually().until(() -> !crashing.ledger()
                    .calls(LedgerOperation.SAVE_PROGRESS)
                    .isEmpty());
            crashing.awaitLedgerQuiet();
            next.open("s").offer(insert(1)).awaitPosition(insert(1));

            assertThat(calls).containsExactly("fast", "slow true 1");
        }
    }

    @Test
    void attemptsOutliveACrash() {
        var time = new ManualTaskScheduler();
        var policy =
                RetryPolicy.builder().maxRetries(4).delay(Duration.ofMinutes(5)).build();
        try (var crashing = process()
                        .in(world)
                        .time(time)
                        .retryPolicy(policy)
                        .listener("a", event -> {
                            throw new IllegalStateException();
                        })
                        .start();
                var next = process()
                        .in(world)
                        .listener("a", event -> {
                            calls.add("attempt " + event.attempt());
                            throw new IllegalStateException();
                        })
                        .start()) {
            var shard = crashing.open("s").offer(insert(1));
            for (int attempt = 1; attempt <= 2; attempt++) {
                int made = attempt;
                eventually().until(() -> {
                    time.advance(Duration.ofMillis(10));
                    return crashing.observed.retries.size() == made
                            && crashing.ledger()
                                            .calls(LedgerOperation.SAVE_PROGRESS)
                                            .size()
                                    == made;
                });
                crashing.awaitQuiet();
                time.advance(attempt == 1 ? Duration.ofMinutes(5) : Duration.ZERO);
            }
            assertThat(shard.positions).isEmpty();
            next.open("s").offer(insert(1)).awaitPosition(insert(1));

            assertThat(calls).containsExactly("attempt 3", "attempt 4", "attempt 5");
            assertThat(world.quarantine.all()).singleElement().satisfies(record -> assertThat(record.attempts())
                    .isEqualTo(5));
        }
    }

    @Test
    void quickRecordsOfSeveralListenersCostNoFurtherWrite() {
        var time = new ManualTaskScheduler();
        try (var process = process()
                .time(time)
                .listener("a", event -> {})
                .listener("b", event -> {})
                .listener("c", event -> {})
                .start()) {
            process.open("s").offer(inserts(1, 1000)).awaitPosition(insert(1000));
            time.advance(Duration.ofSeconds(1));
            process.awaitQuiet();

            assertThat(process.ledger().calls(LedgerOperation.SAVE_PROGRESS)).isEmpty();
        }
    }

    /** Saves may not stand in line behind deliveries that have ended, however many these are. */
    @Test
    void progressOfASlowRecordIsSavedAfterOneLinger() {
        var time = new ManualTaskScheduler();
        var go = new CountDownLatch(1);
        try (var process = process()
                .time(time)
                .listener("a", event -> {})
                .listener("b", event -> {
                    if (event.eventId().equals(eventId(1000))) {
                        go.await();
                    }
                })
                .start()) {
            process.open("s").offer(inserts(1, 1000));
            eventually().until(() -> process.observed.calls.size() == 1999);
            time.advance(Duration.ofMillis(10));
            eventually().untilAsserted(() -> assertThat(process.ledger().keys(LedgerOperation.SAVE_PROGRESS))
                    .containsExactly(eventId(1000)));
            go.countDown();
        }
    }

    @Test
    void manySlowRecordsAreSavedInFullBatches() {
        var time = new ManualTaskScheduler();
        var go = new CountDownLatch(1);
        var waiting = new AtomicInteger();
        try (var process = process()
                .time(time)
                .concurrency(60)
                .listener("a", event -> {})
                .listener("b", event -> {
                    waiting.incrementAndGet();
                    go.await();
                })
                .start()) {
            var shard = process.open("s").offer(inserts(1, 60));
            eventually().until(() -> waiting.get() == 60);
            time.advance(Duration.ofMillis(10));
            eventually().untilAsserted(() -> assertThat(process.ledger().calls(LedgerOperation.SAVE_PROGRESS))
                    .extracting(call -> call.keys().size())
                    .containsExactly(25, 25, 10));
            go.countDown();
            shard.awaitPosition(insert(60));
        }
    }

    @Test
    void progressThatCouldNotBeSavedIsSavedLater() {
        var go = new CountDownLatch(1);
        try (var process = process()
                .in(world)
                .listener("fast", event -> {})
                .listener("slow", event -> go.await())
                .start()) {
            process.ledger().fail(LedgerOperation.SAVE_PROGRESS);
            var shard = process.open("s").offer(insert(1));
            eventually()
                    .until(() -> process.ledger()
                                    .calls(LedgerOperation.SAVE_PROGRESS)
                                    .size()
                            > 1);
            assertThat(shard.delivery.problem()).contains("Saving progress").contains("ledger is down");
            process.ledger().heal();
            eventually().until(() -> shard.delivery.problem() == null);
            go.countDown();
            shard.awaitPosition(insert(1));
        }
    }
}
