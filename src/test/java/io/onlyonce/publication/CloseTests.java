package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.eventually;
import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.TestRecords.eventId;
import static io.onlyonce.publication.TestRecords.insert;
import static io.onlyonce.publication.TestRecords.inserts;
import static io.onlyonce.publication.TestRecords.modify;
import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.fake.ManualTaskScheduler;
import io.onlyonce.publication.ConsumerListener.LedgerOperation;
import io.onlyonce.publication.ConsumerListener.RecordOutcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CloseTests {

    private final SharedWorld world = new SharedWorld();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    private RecordPathFixture.Builder waiting() {
        return process().in(world).listener("a", event -> {
            calls.add(event.eventId());
            begun.countDown();
            go.await();
        });
    }

    private RecordPathFixture.Builder next() {
        return process()
                .in(world)
                .listener("a", event -> calls.add("next " + event.eventId() + " " + event.redelivered()));
    }

    @Test
    void theRunningListenerFinishesAndNothingNewBegins() throws Exception {
        try (var process = waiting().start();
                var next = next().start()) {
            var shard = process.open("s").offer(inserts(1, 200));
            begun.await();
            var closing = shard.delivery.close();
            eventually().untilAsserted(() -> assertThat(process.ledger().keys(LedgerOperation.RELEASE))
                    .as("claims are let go while the listener still runs")
                    .hasSize(99));
            assertThat(closing).isNotDone();
            go.countDown();
            closing.get(10, TimeUnit.SECONDS);

            assertThat(calls).containsExactly(eventId(1));
            assertThat(process.ledger().keys(LedgerOperation.COMPLETE)).containsExactly(eventId(1));
            assertThat(shard.positions)
                    .as("told before the future completes")
                    .extracting(position -> position.sequenceNumber())
                    .containsExactly(insert(1).sequenceNumber());
            calls.clear();
            next.open("s").offer(inserts(2, 200)).awaitPosition(insert(200));
            assertThat(calls).hasSize(199).allMatch(call -> call.endsWith(" false"));
        }
    }

    @Test
    void claimsUnderWayAreLetGoToo() throws Exception {
        var claiming = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        try (var process = waiting().start();
                var next = next().start()) {
            process.ledger()
                    .after(
                            () -> {
                                claiming.countDown();
                                awaitUninterrupted(answer);
                            },
                            LedgerOperation.CLAIM);
            var shard = process.open("s").offer(inserts(1, 30));
            claiming.await();
            var closing = shard.delivery.close();
            assertThat(closing).isNotDone();
            answer.countDown();
            closing.get(10, TimeUnit.SECONDS);

            next.open("s").offer(inserts(1, 30)).awaitPosition(insert(30));
            assertThat(calls).hasSize(30).allMatch(call -> call.endsWith(" false"));
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        eventually().until(() -> latch.getCount() == 0);
    }

    @Test
    void aRecordInBackOffIsLeftAndItsProgressKept() throws Exception {
        var time = new ManualTaskScheduler();
        try (var process = process()
                        .in(world)
                        .time(time)
                        .listener("good", event -> calls.add("good"))
                        .listener("bad", event -> {
                            calls.add("bad " + event.attempt());
                            throw new IllegalStateException();
                        })
                        .start();
                var next = process()
                        .in(world)
                        .listener("good", event -> calls.add("good again"))
                        .listener("bad", event -> calls.add("bad " + event.attempt() + " " + event.redelivered()))
                        .start()) {
            var shard = process.open("s").offer(insert(1));
            eventually().until(() -> shard.delivery.problem() != null);
            var closing = shard.delivery.close();
            eventually().until(() -> {
                time.advance(Duration.ofMillis(20));
                return closing.isDone();
            });
            assertThat(process.ledger().keys(LedgerOperation.SAVE_PROGRESS)).containsExactly(eventId(1));

            next.open("s").offer(insert(1)).awaitPosition(insert(1));
            assertThat(calls).containsExactly("good", "bad 1", "bad 2 true");
        }
    }

    @Test
    void closingWaitsForCompletionsWhileTheLedgerIsDown() throws Exception {
        try (var process = waiting().start();
                var next = next().start()) {
            var shard = process.open("s").offer(inserts(1, 3));
            begun.await();
            process.ledger().fail();
            var closing = shard.delivery.close();
            go.countDown();
            eventually()
                    .until(() ->
                            process.ledger().calls(LedgerOperation.COMPLETE).size() > 1);
            assertThat(closing).isNotDone();
            assertThat(shard.delivery.problem()).contains("ledger is down");
            process.ledger().heal();
            closing.get(20, TimeUnit.SECONDS);

            next.open("s").offer(inserts(1, 3)).awaitPosition(insert(3));
            assertThat(calls)
                    .as("claims that could not be let go are taken over")
                    .containsExactly(eventId(1), "next event-2 true", "next event-3 true");
        }
    }

    @Test
    void closingWhileClaimsFailEndsAtOnce() throws Exception {
        try (var process = waiting().start()) {
            process.ledger().fail();
            var shard = process.open("s").offer(inserts(1, 60));
            eventually().until(() -> shard.delivery.problem() != null);
            shard.close();

            assertThat(calls).isEmpty();
        }
    }

    @Test
    void closingTwiceIsOneClosing() throws Exception {
        try (var process = waiting().start()) {
            var shard = process.open("s").offer(insert(1));
            begun.await();
            var closing = shard.delivery.close();
            assertThat(shard.delivery.close()).isSameAs(closing);
            go.countDown();
            closing.get(10, TimeUnit.SECONDS);
            assertThat(shard.delivery.close()).isDone();
        }
    }

    @Test
    void whatIsOfferedAfterTheCloseIsIgnored() throws Exception {
        try (var process = waiting().start()) {
            var shard = process.open("s");
            shard.close();
            shard.offer(insert(1), modify(2, "item-1"));

            assertThat(shard.delivery.unfinished()).isZero();
            process.open("s").offer(modify(2, "item-1")).awaitPosition(modify(2, ""));
            assertThat(process.observed.finished)
                    .extracting(finished -> finished.outcome())
                    .containsExactly(RecordOutcome.DUPLICATE);
            assertThat(calls).isEmpty();
        }
    }

    @Test
    void aClosedShardFreesTheKeysThatOthersWaitFor() throws Exception {
        try (var process = process()
                .in(world)
                .key("item-key")
                .listener("a", event -> {
                    calls.add(event.eventId());
                    begun.countDown();
                    go.await();
                })
                .start()) {
            var one = process.open("one").offer(insert(1, "p"), insert(2, "x"));
            begun.await();
            var two = process.open("two").offer(insert(3, "x"));
            eventually().until(() -> two.delivery.problem() != null);
            var closing = one.delivery.close();
            go.countDown();
            closing.get(10, TimeUnit.SECONDS);
            two.awaitPosition(insert(3));

            assertThat(calls).containsExactly(eventId(1), eventId(3));
        }
    }
}
