package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.eventually;
import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.TestRecords.eventId;
import static io.onlyonce.publication.TestRecords.insert;
import static io.onlyonce.publication.TestRecords.inserts;
import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.DuplicateKind;
import io.onlyonce.ItemInserted;
import io.onlyonce.fake.ManualTaskScheduler;
import io.onlyonce.publication.ConsumerListener.LedgerOperation;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.core.retry.RetryPolicy;

class TakeoverTests {

    private final SharedWorld world = new SharedWorld();
    private final List<String> calls = new CopyOnWriteArrayList<>();

    private static String call(ItemInserted<?> event) {
        return "%s %d %s".formatted(event.eventId(), event.attempt(), event.redelivered() ? "again" : "first");
    }

    @Test
    void whatAnotherProcessHadClaimedIsMarkedAndDeliveredAtOnce() {
        var begun = new CountDownLatch(1);
        try (var first = process()
                        .in(world)
                        .listener("a", event -> {
                            begun.countDown();
                            new CountDownLatch(1).await();
                        })
                        .start();
                var second = process()
                        .in(world)
                        .time(new ManualTaskScheduler())
                        .listener("a", event -> calls.add(call(event)))
                        .start()) {
            first.open("s").offer(inserts(1, 2));
            eventually().until(() -> begun.getCount() == 0);
            first.awaitLedgerQuiet();
            second.open("s").offer(inserts(1, 3)).awaitPosition(insert(3));

            assertThat(calls).containsExactly("event-1 1 again", "event-2 1 again", "event-3 1 first");
            assertThat(second.ledger().calls(LedgerOperation.TAKE_OVER)).isEmpty();
        }
    }

    /** The claim of a delivery that was closed while its listener was failing: nobody else can hold it. */
    @Test
    void anOrphanOfThisProcessIsDeliveredAgainAtOnce() throws Exception {
        var time = new ManualTaskScheduler();
        try (var process = process()
                .in(world)
                .time(time)
                .listener("a", event -> {
                    calls.add(call(event));
                    if (event.eventId().equals(eventId(1)) && event.attempt() == 1) {
                        throw new IllegalStateException();
                    }
                })
                .start()) {
            var shard = process.open("s").offer(insert(1));
            eventually().until(() -> shard.delivery.problem() != null);
            var closing = shard.delivery.close();
            eventually().until(() -> {
                time.advance(Duration.ofMillis(10));
                return closing.isDone();
            });
            process.open("s").offer(inserts(1, 2)).awaitPosition(insert(2));

            assertThat(calls).containsExactly("event-1 1 first", "event-1 2 again", "event-2 1 first");
        }
    }

    @Test
    void aQuarantinedRecordIsDroppedThoughAnotherOfItsKeyWasQuarantinedAfterIt() {
        try (var first = failing().start()) {
            first.open("s").offer(insert(1, "x"), insert(2, "x")).awaitPosition(insert(2));
            assertThat(world.quarantine.all()).hasSize(2);
        }
        calls.clear();

        try (var second = failing().start()) {
            second.open("s").offer(insert(1, "x"), insert(2, "x")).awaitPosition(insert(2));

            assertThat(calls).isEmpty();
            assertThat(second.observed.count(DuplicateKind.REDELIVERY)).isEqualTo(2);
            assertThat(second.observed.quarantined).isEmpty();
            assertThat(second.paths
                            .redrive()
                            .redrive(world.quarantine.all().get(0).id()))
                    .isEqualTo(Redrive.Outcome.FAILED);
        }
    }

    @Test
    void aQuarantinedRecordIsDroppedThoughADeliveryOfAnotherOfItsKeyNeverFinished() {
        try (var first = failing().start()) {
            first.open("s").offer(insert(1, "x")).awaitPosition(insert(1));
            first.ledger().fail(LedgerOperation.QUARANTINE);
            var shard = first.open("t").offer(insert(2, "x"));
            eventually().until(() -> shard.delivery.problem() != null);
        }
        calls.clear();

        try (var second = failing().time(new ManualTaskScheduler()).start()) {
            second.open("s").offer(insert(1, "x")).awaitPosition(insert(1));

            assertThat(calls).isEmpty();
        }
    }

    private RecordPathFixture.Builder failing() {
        return process()
                .in(world)
                .key("item-key")
                .retryPolicy(RetryPolicy.builder()
                        .maxRetries(0)
                        .delay(Duration.ofMillis(1))
                        .build())
                .listener("a", event -> {
                    calls.add(call(event));
                    throw new IllegalStateException();
                });
    }
}
