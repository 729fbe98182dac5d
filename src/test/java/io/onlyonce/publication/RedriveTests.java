package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.TABLE;
import static io.onlyonce.publication.RecordPathFixture.eventually;
import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.SharedWorld.effect;
import static io.onlyonce.publication.TestRecords.eventId;
import static io.onlyonce.publication.TestRecords.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.onlyonce.ItemInserted;
import io.onlyonce.fake.ManualTaskScheduler;
import io.onlyonce.ledger.LedgerUnavailableException;
import io.onlyonce.publication.ConsumerListener.LedgerOperation;
import io.onlyonce.publication.ConsumerListener.RecordOutcome;
import io.onlyonce.publication.Redrive.Outcome;
import io.onlyonce.quarantine.QuarantinedRecord;
import io.onlyonce.stream.EventName;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.retry.RetryPolicy;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class RedriveTests {

    private final SharedWorld world = new SharedWorld();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private volatile boolean mended;

    private RecordPathFixture.Builder failing() {
        return process()
                .in(world)
                .retryPolicy(RetryPolicy.builder()
                        .maxRetries(1)
                        .delay(Duration.ofMillis(1))
                        .build())
                .listener("good", event -> calls.add(call("good", event)))
                .listener("bad", event -> {
                    calls.add(call("bad", event));
                    if (!mended) {
                        throw new IllegalStateException("not mended");
                    }
                });
    }

    private static String call(String name, ItemInserted<?> event) {
        return "%s %s %s".formatted(name, event.eventId(), event.redelivered() ? "again" : "first");
    }

    /** Lets event 1 be quarantined, and answers the quarantine's id for it. */
    private String quarantine(RecordPathFixture process) {
        process.open("s").offer(insert(1, "x")).awaitPosition(insert(1));
        calls.clear();
        return onlyQuarantined().id();
    }

    private QuarantinedRecord onlyQuarantined() {
        assertThat(world.quarantine.all()).hasSize(1);
        return world.quarantine.all().get(0);
    }

    @Test
    void onlyListenersThatFailedRunAgain() {
        try (var process = failing().start()) {
            String id = quarantine(process);
            mended = true;

            assertThat(process.paths.redrive().redrive(id)).isEqualTo(Outcome.PROCESSED);
            assertThat(calls).containsExactly("bad event-1 again");
            assertThat(world.quarantine.all()).isEmpty();
            assertThat(process.observed.count(RecordOutcome.PROCESSED)).isOne();
            assertThat(process.observed.delivered).hasSize(1);
            assertThat(process.paths.redrive().redrive(id)).isEqualTo(Outcome.NOT_FOUND);

            process.open("again").offer(insert(1, "x")).awaitPosition(insert(1));
            assertThat(calls).hasSize(1);
        }
    }

    @Test
    void whatFailsAgainStaysQuarantined() {
        try (var process = failing().start()) {
            String id = quarantine(process);
            var before = onlyQuarantined();

            assertThat(process.paths.redrive().redrive(id)).isEqualTo(Outcome.FAILED);
            assertThat(process.paths.redrive().redrive(id)).isEqualTo(Outcome.FAILED);
            assertThat(calls).containsExactly("bad event-1 again", "bad event-1 again");
            assertThat(onlyQuarantined()).satisfies(after -> {
                assertThat(after.id()).isEqualTo(id);
                assertThat(after.attempts()).isEqualTo(before.attempts() + 2);
                assertThat(after.firstQuarantinedAt()).isEqualTo(before.firstQuarantinedAt());
                assertThat(after.completedListeners()).containsExactly("good.on");
                assertThat(after.failedListeners()).containsExactly("bad.on");
            });
            assertThat(process.observed.quarantined).hasSize(1);
            mended = true;
            assertThat(process.paths.redrive().redrive(id)).isEqualTo(Outcome.PROCESSED);
        }
    }

    @Test
    void anotherProcessCanRedrive() {
        try (var first = failing().start();
                var other = failing().start()) {
            String id = quarantine(first);
            mended = true;

            assertThat(other.paths.redrive().redrive(id)).isEqualTo(Outcome.PROCESSED);
            assertThat(calls).containsExactly("bad event-1 again");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void twoRedrivesAtOnceDeliverOnce(boolean sameProcess) throws Exception {
        var begun = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var builder = process()
                .in(world)
                .retryPolicy(RetryPolicy.builder()
                        .maxRetries(0)
                        .delay(Duration.ofMillis(1))
                        .build())
                .listener("a", event -> {
                    calls.add(call("a", event));
                    if (!mended) {
                        throw new IllegalStateException();
                    }
                    begun.countDown();
                    go.await();
                });
        try (var one = builder.start();
                var other = builder.start()) {
            String id = quarantine(one);
            mended = true;
            var running =
                    CompletableFuture.supplyAsync(() -> one.paths.redrive().redrive(id));
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
            var second = sameProcess ? one : other;
            assertThat(second.paths.redrive().redrive(id)).isEqualTo(Outcome.IN_PROGRESS);
            go.countDown();

            assertThat(running.get(20, TimeUnit.SECONDS)).isEqualTo(Outcome.PROCESSED);
            assertThat(calls).containsExactly("a event-1 again");
        }
    }

    @Test
    void aKeyThatWasCompletedMeanwhileNeedsNoDelivery() {
        try (var process = failing().key("item-key").start()) {
            String id = quarantine(process);
            mended = true;
            process.open("s").offer(insert(2, "x")).awaitPosition(insert(2));
            assertThat(calls).as("completed listeners count for the key").containsExactly("bad event-2 again");

            assertThat(process.paths.redrive().redrive(id)).isEqualTo(Outcome.ALREADY_COMPLETED);
            assertThat(world.quarantine.all()).isEmpty();
            assertThat(calls).hasSize(1);
        }
    }

    @Test
    void aCrashBetweenCompletionAndRemovalIsMendedByTheNextRedrive() {
        try (var process = failing().start();
                var next = failing().start()) {
            String id = quarantine(process);
            mended = true;
            process.ledger().loseAnswers(LedgerOperation.COMPLETE);
            assertThatThrownBy(() -> process.paths.redrive().redrive(id))
                    .isInstanceOf(LedgerUnavailableException.class);

            assertThat(next.paths.redrive().redrive(id)).isEqualTo(Outcome.ALREADY_COMPLETED);
            assertThat(world.quarantine.all()).isEmpty();
            assertThat(calls).containsExactly("bad event-1 again");
        }
    }

    @Test
    void aRedriveThatDiedIsTakenOverAfterTheClaimTimeout() {
        var time = new ManualTaskScheduler();
        try (var next =
                failing().time(time).claimTimeout(Duration.ofSeconds(60)).start()) {
            String id;
            try (var dying = failing().start()) {
                id = quarantine(dying);
                mended = true;
                dying.ledger().fail(LedgerOperation.COMPLETE);
                // Nor does it live long enough to say which listeners have run.
                dying.ledger().fail(LedgerOperation.SAVE_PROGRESS);
                assertThatThrownBy(() -> dying.paths.redrive().redrive(id))
                        .isInstanceOf(LedgerUnavailableException.class);
            }
            calls.clear();

            var redrive = next.paths.redrive();
            assertThat(redrive.redrive(id)).isEqualTo(Outcome.IN_PROGRESS);
            time.advance(Duration.ofSeconds(59));
            assertThat(redrive.redrive(id)).isEqualTo(Outcome.IN_PROGRESS);
            assertThat(calls).isEmpty();
            time.advance(Duration.ofSeconds(1));
            assertThat(redrive.redrive(id)).isEqualTo(Outcome.PROCESSED);
            assertThat(calls).containsExactly("bad event-1 again");
        }
    }

    @Test
    void aRedriveOfThisProcessThatFailedHalfwayCanBeRepeated() {
        try (var process = failing().start()) {
            String id = quarantine(process);
            process.ledger().fail(LedgerOperation.QUARANTINE);
            assertThatThrownBy(() -> process.paths.redrive().redrive(id))
                    .isInstanceOf(LedgerUnavailableException.class);
            process.ledger().heal();
            mended = true;

            // As soon as the ledger knows which listeners have run.
            eventually().until(() -> process.paths.redrive().redrive(id) == Outcome.PROCESSED);
        }
    }

    @Test
    void aLedgerThatCannotCommitFailsTheRedriveUnderTheListenersName() {
        try (var process = process()
                .in(world)
                .retryPolicy(RetryPolicy.builder()
                        .maxRetries(0)
                        .delay(Duration.ofMillis(1))
                        .build())
                .listener("committing", event -> {
                    if (!mended) {
                        throw new IllegalStateException();
                    }
                    event.commitWith(effect(event.eventId()));
                })
                .start()) {
            String id = quarantine(process);
            mended = true;
            process.ledger().fail(LedgerOperation.COMMIT);

            assertThat(process.paths.redrive().redrive(id)).isEqualTo(Outcome.FAILED);
            assertThat(onlyQuarantined().failedListeners()).containsExactly("committing.on");
            assertThat(onlyQuarantined().failure().exceptionClass())
                    .isEqualTo(LedgerUnavailableException.class.getName());
            process.ledger().heal();
            assertThat(process.paths.redrive().redrive(id)).isEqualTo(Outcome.PROCESSED);
            assertThat(world.committed).containsOnly(Map.entry(eventId(1), 1));
        }
    }

    @Test
    void aRecordOfAShardWaitsForTheRedriveOfItsKey() throws Exception {
        var begun = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        try (var process = process()
                .in(world)
                .key("item-key")
                .retryPolicy(RetryPolicy.builder()
                        .maxRetries(0)
                        .delay(Duration.ofMillis(1))
                        .build())
                .listener("a", event -> {
                    if (!mended) {
                        throw new IllegalStateException();
                    }
                    calls.add(event.eventId());
                    begun.countDown();
                    go.await();
                })
                .start()) {
            String id = quarantine(process);
            mended = true;
            var redriving =
                    CompletableFuture.supplyAsync(() -> process.paths.redrive().redrive(id));
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
            var shard = process.open("s").offer(insert(2, "x"));
            eventually().until(() -> shard.delivery.problem() != null);
            go.countDown();

            shard.awaitPosition(insert(2));
            assertThat(redriving.get(20, TimeUnit.SECONDS)).isEqualTo(Outcome.PROCESSED);
            assertThat(calls).containsExactly(eventId(1));
        }
    }

    @Test
    void whatCannotBeDeliveredFromHereIsTold() {
        try (var process = failing().start()) {
            var record = onlyQuarantinedBy(process);
            store(copy(record, "other", TABLE + "-of-others", record.record(), false));
            var stream = record.record();
            var withoutImage = new StreamRecord(
                    stream.streamArn(),
                    stream.eventId(),
                    EventName.INSERT,
                    stream.sequenceNumber(),
                    stream.createdAt(),
                    Map.<String, AttributeValue>of(),
                    null,
                    null);
            store(copy(record, "truncated", TABLE, withoutImage, true));
            calls.clear();
            var redrive = process.paths.redrive();

            assertThat(redrive.redrive("none")).isEqualTo(Outcome.NOT_FOUND);
            assertThat(redrive.redrive("other")).isEqualTo(Outcome.UNKNOWN_TABLE);
            assertThat(redrive.redrive("truncated")).isEqualTo(Outcome.IMAGE_NOT_STORED);
            assertThat(calls).isEmpty();
        }
    }

    private QuarantinedRecord onlyQuarantinedBy(RecordPathFixture process) {
        quarantine(process);
        return onlyQuarantined();
    }

    private void store(QuarantinedRecord record) {
        world.quarantine.apply(world.quarantine.put(record));
    }

    private static QuarantinedRecord copy(
            QuarantinedRecord of, String id, String table, StreamRecord record, boolean truncated) {
        return new QuarantinedRecord(
                id,
                table,
                of.shardId(),
                record,
                of.deduplicationKey(),
                of.contentHash(),
                Set.of(),
                of.failedListeners(),
                of.failure(),
                of.attempts(),
                of.firstAttemptAt(),
                of.firstQuarantinedAt(),
                of.lastAttemptAt(),
                truncated);
    }
}
