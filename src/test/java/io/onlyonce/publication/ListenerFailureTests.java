package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.eventually;
import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.TestRecords.eventId;
import static io.onlyonce.publication.TestRecords.insert;
import static io.onlyonce.publication.TestRecords.inserts;
import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.ItemInserted;
import io.onlyonce.fake.ManualTaskScheduler;
import io.onlyonce.publication.ConsumerListener.LedgerOperation;
import io.onlyonce.publication.ConsumerListener.RecordOutcome;
import java.io.IOException;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.retry.RetryPolicy;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ListenerFailureTests {

    private final List<String> calls = new CopyOnWriteArrayList<>();

    private RecordPathFixture.Handler succeeds(String name) {
        return event -> calls.add(call(name, event));
    }

    private RecordPathFixture.Handler failsUpTo(int attempts, String name) {
        return event -> {
            calls.add(call(name, event));
            if (event.attempt() <= attempts) {
                throw new IllegalStateException(name + " failed");
            }
        };
    }

    private static String call(String name, ItemInserted<?> event) {
        return "%s %s %d".formatted(name, event.eventId(), event.attempt());
    }

    private static RetryPolicy.Builder retries(int most) {
        return RetryPolicy.builder().maxRetries(most).delay(Duration.ofMillis(1));
    }

    @Test
    void onlyTheListenerThatFailedRunsAgain() {
        try (var process = process()
                .listener("a", succeeds("a"))
                .listener("b", failsUpTo(2, "b"))
                .listener("c", succeeds("c"))
                .start()) {
            process.open("s").offer(insert(1), insert(2)).awaitPosition(insert(2));

            assertThat(calls)
                    .containsExactly(
                            "a event-1 1",
                            "b event-1 1",
                            "c event-1 1",
                            "b event-1 2",
                            "b event-1 3",
                            "a event-2 1",
                            "b event-2 1",
                            "c event-2 1",
                            "b event-2 2",
                            "b event-2 3");
            assertThat(process.observed.retries).containsExactly("b.on", "b.on", "b.on", "b.on");
            assertThat(process.observed.calls)
                    .filteredOn(call -> !call.success())
                    .hasSize(4)
                    .allMatch(call -> call.listener().equals("b.on"));
        }
    }

    @Test
    void backOffFollowsTheRetryPolicy() {
        var time = new ManualTaskScheduler();
        var policy = RetryPolicy.builder()
                .maxRetries(4)
                .delay(Duration.ofMillis(200))
                .multiplier(3)
                .maxDelay(Duration.ofSeconds(2))
                .build();
        try (var process = process()
                .time(time)
                .retryPolicy(policy)
                .listener("a", failsUpTo(4, "a"))
                .start()) {
            var shard = process.open("s").offer(insert(1));
            var delays = List.of(200L, 600L, 1800L, 2000L);
            for (int failed = 1; failed <= delays.size(); failed++) {
                var delay = Duration.ofMillis(delays.get(failed - 1));
                int attempt = failed;
                eventually().untilAsserted(() -> assertThat(calls).hasSize(attempt));
                eventually().untilAsserted(() -> assertThat(time.delays()).contains(delay));
                assertThat(shard.delivery.problem()).contains(eventId(1)).contains("a failed");
                time.advance(delay.minusMillis(1));
                assertThat(calls).hasSize(failed);
                time.advance(Duration.ofMillis(1));
            }
            shard.awaitPosition(insert(1));
            assertThat(shard.delivery.problem()).isNull();
        }
    }

    @Test
    void aFailureMayAskForALongerBackOffThanThePolicys() {
        var time = new ManualTaskScheduler();
        var delays = List.of(Duration.ofSeconds(7), Duration.ofMillis(10));
        try (var process = process()
                .time(time)
                .patience(DeliverySettings.patience(
                        Duration.ofMinutes(1), Duration.ofMillis(200), Duration.ofMillis(200)))
                .listener("a", event -> {
                    calls.add(call("a", event));
                    if (event.attempt() <= delays.size()) {
                        throw new RetryLaterException("later", delays.get(event.attempt() - 1), null);
                    }
                })
                .start()) {
            var shard = process.open("s").offer(insert(1));
            for (Duration delay : List.of(Duration.ofSeconds(7), Duration.ofMillis(200))) {
                eventually().untilAsserted(() -> assertThat(time.delays()).contains(delay));
                time.advance(delay);
            }
            shard.awaitPosition(insert(1));
            assertThat(calls).hasSize(3);
        }
    }

    @Test
    void aRecordInBackOffKeepsNoOtherShardAndNoThread() {
        var time = new ManualTaskScheduler();
        try (var process = process()
                .time(time)
                .listener("a", event -> {
                    if (event.eventId().equals(eventId(1))) {
                        throw new IllegalStateException();
                    }
                })
                .start()) {
            var failing = process.open("failing").offer(inserts(1, 3));
            process.open("other").offer(inserts(11, 20)).awaitPosition(insert(20));

            assertThat(failing.positions).isEmpty();
            eventually()
                    .untilAsserted(() -> assertThat(failing.delivery.problem()).contains(eventId(1)));
            assertThat(failing.delivery.runningFor()).isZero();
        }
    }

    @Test
    void aRecordInBackOffKeepsOnlyItsItemBackWhenConcurrent() {
        var time = new ManualTaskScheduler();
        try (var process = process()
                .time(time)
                .concurrency(2)
                .listener("a", event -> {
                    calls.add(event.eventId());
                    if (event.eventId().equals(eventId(1)) && event.attempt() == 1) {
                        throw new IllegalStateException("not yet");
                    }
                })
                .start()) {
            var shard = process.open("s").offer(insert(1, "x"), insert(2, "y"), insert(3, "x"), insert(4, "y"));
            eventually().untilAsserted(() -> assertThat(process.observed.count(RecordOutcome.PROCESSED))
                    .isEqualTo(2));
            assertThat(calls).doesNotContain(eventId(3));
            assertThat(shard.delivery.problem())
                    .as("one item still fails, whatever became of others")
                    .contains(eventId(1));
            time.advance(Duration.ofMillis(1));
            shard.awaitPosition(insert(4));
            assertThat(calls).endsWith(eventId(1), eventId(3));
        }
    }

    @Test
    void runningTimeIsThatOfTheLongestCallInHand() {
        var time = new ManualTaskScheduler();
        var holds = Map.of(eventId(1), new CountDownLatch(1), eventId(2), new CountDownLatch(1));
        try (var process = process()
                .time(time)
                .concurrency(2)
                .listener("a", event -> {
                    calls.add(event.eventId());
                    holds.get(event.eventId()).await();
                })
                .start()) {
            var shard = process.open("s").offer(insert(1));
            eventually().until(() -> calls.contains(eventId(1)));
            time.advance(Duration.ofSeconds(5));
            shard.offer(insert(2));
            eventually().until(() -> calls.contains(eventId(2)));
            time.advance(Duration.ofSeconds(2));
            assertThat(shard.delivery.runningFor()).isEqualTo(Duration.ofSeconds(7));
            holds.get(eventId(1)).countDown();
            shard.awaitPosition(insert(1), 1);

            assertThat(shard.delivery.runningFor()).isEqualTo(Duration.ofSeconds(2));
            holds.get(eventId(2)).countDown();
        }
    }

    @Test
    void aFatalExceptionGivesTheRecordUpAtOnce() {
        var policy = retries(4).excludes(IllegalArgumentException.class).build();
        try (var process = process()
                .retryPolicy(policy)
                .listener("a", event -> {
                    calls.add(call("a", event));
                    if (event.eventId().equals(eventId(1))) {
                        throw new IllegalArgumentException("never");
                    }
                })
                .start()) {
            process.open("s").offer(inserts(1, 2)).awaitPosition(insert(2));

            assertThat(calls).containsExactly("a event-1 1", "a event-2 1");
            assertThat(process.world.quarantine.all()).singleElement().satisfies(record -> {
                assertThat(record.record()).isEqualTo(insert(1));
                assertThat(record.failedListeners()).containsExactly("a.on");
                assertThat(record.failure().exceptionClass()).isEqualTo(IllegalArgumentException.class.getName());
                assertThat(record.attempts()).isOne();
            });
            assertThat(process.observed.count(RecordOutcome.QUARANTINED)).isOne();
            assertThat(process.observed.retries).isEmpty();
        }
    }

    @Test
    void aRecordWhoseAttemptsAreUsedUpIsSetAsideOnceAndTheShardGoesOn() {
        try (var process = process()
                .retryPolicy(retries(2).build())
                .listener("good", succeeds("good"))
                .listener("bad", failsUpTo(99, "bad"))
                .start()) {
            process.open("s").offer(inserts(1, 3)).awaitPosition(insert(3));

            assertThat(calls).filteredOn(call -> call.startsWith("bad event-2")).hasSize(3);
            assertThat(calls)
                    .filteredOn(call -> call.startsWith("good event-2"))
                    .hasSize(1);
            assertThat(process.ledger().keys(LedgerOperation.QUARANTINE))
                    .containsExactly(eventId(1), eventId(2), eventId(3));
            assertThat(process.world.quarantine.all()).hasSize(3).allSatisfy(record -> {
                assertThat(record.completedListeners()).containsExactly("good.on");
                assertThat(record.failedListeners()).containsExactly("bad.on");
                assertThat(record.failure().message()).isEqualTo("bad failed");
                assertThat(record.attempts()).isEqualTo(3);
            });
            assertThat(process.observed.quarantined).hasSize(3).allSatisfy(record -> {
                assertThat(record.attempts()).isEqualTo(3);
                assertThat(record.failedListeners()).isEqualTo(Set.of("bad.on"));
                assertThat(record.cause()).hasMessage("bad failed");
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 99})
    void aRetryableListenerKeepsItsAttemptsBesideAFatalOne(int failures) {
        var policy = retries(3).excludes(IllegalArgumentException.class).build();
        try (var process = process()
                .retryPolicy(policy)
                .listener("fatal", event -> {
                    calls.add(call("fatal", event));
                    throw new IllegalArgumentException("never");
                })
                .listener("retryable", failsUpTo(failures, "retryable"))
                .start()) {
            process.open("s").offer(insert(1)).awaitPosition(insert(1));

            assertThat(calls).filteredOn(call -> call.startsWith("fatal")).hasSize(1);
            assertThat(calls).filteredOn(call -> call.startsWith("retryable")).hasSize(failures == 2 ? 3 : 4);
            assertThat(process.world.quarantine.all()).singleElement().satisfies(record -> assertThat(
                            record.failedListeners())
                    .isEqualTo(failures == 2 ? Set.of("fatal.on") : Set.of("fatal.on", "retryable.on")));
        }
    }

    @Test
    void aFailureThatCannotBeToldEndsInQuarantineLikeAnyOther() {
        try (var process = process()
                .retryPolicy(retries(0).build())
                .listener("a", event -> {
                    throw new IllegalStateException("wraps", new Untold());
                })
                .start()) {
            process.open("s").offer(insert(1)).awaitPosition(insert(1));

            assertThat(process.world.quarantine.all()).singleElement().satisfies(record -> assertThat(
                            record.failure().message())
                    .isEqualTo("java.lang.IllegalStateException, whose message cannot be read"));
        }
    }

    private static final class Untold extends RuntimeException {

        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void aRecordIsSetAsideWithWhatFailedLastAndWithTheTimeOfItsFirstAttempt() {
        var policy = retries(2).excludes(IllegalArgumentException.class).build();
        try (var process = process()
                .retryPolicy(policy)
                .listener("a", failsUpTo(99, "a"))
                .listener("b", event -> {
                    throw new IllegalArgumentException("fatal at once");
                })
                .listener("c", succeeds("c"))
                .start()) {
            process.open("s").offer(insert(1)).awaitPosition(insert(1));

            assertThat(process.world.quarantine.all()).singleElement().satisfies(record -> {
                assertThat(record.failedListeners()).isEqualTo(Set.of("a.on", "b.on"));
                assertThat(record.failure().listener()).isEqualTo("a.on");
                assertThat(record.failure().message()).isEqualTo("a failed");
                assertThat(record.firstAttemptAt()).isBefore(record.lastAttemptAt());
            });
        }
    }

    @Test
    void aShardWaitsForARecordThatCannotBeSetAside() {
        var time = new ManualTaskScheduler();
        try (var process = process()
                .time(time)
                .retryPolicy(retries(0).build())
                .listener("a", event -> {
                    calls.add(event.eventId());
                    if (event.eventId().equals(eventId(1))) {
                        throw new IllegalStateException("a failed");
                    }
                })
                .start()) {
            process.ledger().fail(LedgerOperation.QUARANTINE);
            var shard = process.open("s").offer(inserts(1, 3));
            for (int round = 1; round <= 5; round++) {
                int rounds = round;
                eventually().untilAsserted(() -> assertThat(process.ledger().calls(LedgerOperation.QUARANTINE))
                        .hasSize(rounds));
                assertThat(calls).hasSize(round).containsOnly(eventId(1));
                eventually().untilAsserted(() -> assertThat(shard.delivery.problem())
                        .contains(eventId(1))
                        .contains("ledger is down"));
                if (round == 5) {
                    process.ledger().heal();
                }
                // Progress to be saved waits beside it, for less.
                eventually().untilAsserted(() -> assertThat(time.delays())
                        .anyMatch(delay -> delay.compareTo(Duration.ofMillis(20)) > 0));
                // No further: the next round may have failed before this returns.
                time.advance(Collections.max(time.delays()));
            }
            shard.awaitPosition(insert(3));

            assertThat(calls).endsWith(eventId(1), eventId(2), eventId(3));
            assertThat(process.world.quarantine.all()).hasSize(1);
            assertThat(process.observed.quarantined).hasSize(1);
            assertThat(shard.delivery.problem()).isNull();
        }
    }

    @Test
    void aSetAsideWhoseAnswerWasLostIsNoLostClaim() {
        var time = new ManualTaskScheduler();
        try (var process = process()
                .time(time)
                .retryPolicy(retries(0).build())
                .listener("good", succeeds("good"))
                .listener("bad", failsUpTo(99, "bad"))
                .start()) {
            process.ledger().loseAnswers(LedgerOperation.QUARANTINE);
            var shard = process.open("s").offer(insert(1));
            eventually().until(() -> shard.delivery.problem() != null);
            process.ledger().heal();
            time.advance(Duration.ofMillis(20));
            process.awaitQuiet();
            assertThat(process.ledger().calls(LedgerOperation.SAVE_PROGRESS)).hasSize(1);
            time.advance(Duration.ofSeconds(1));
            shard.awaitPosition(insert(1));

            assertThat(shard.losses).hasValue(0);
            assertThat(process.world.quarantine.all()).hasSize(1);
        }
    }

    @Test
    void aListenerThatSucceedsAfterAllIsNotSetAside() {
        try (var process = process()
                .retryPolicy(retries(0).build())
                .listener("a", failsUpTo(2, "a"))
                .start()) {
            process.ledger().fail(LedgerOperation.QUARANTINE);
            process.open("s").offer(inserts(1, 2)).awaitPosition(insert(2));

            assertThat(process.world.quarantine.all()).isEmpty();
            assertThat(process.observed.count(RecordOutcome.PROCESSED)).isEqualTo(2);
        }
    }

    @Test
    void anInterruptionAtCloseIsNoVerdict() throws Exception {
        var world = new SharedWorld();
        var started = new CountDownLatch(1);
        try (var process = process()
                .in(world)
                .retryPolicy(retries(0).build())
                .listener("a", event -> {
                    started.countDown();
                    new CountDownLatch(1).await();
                })
                .start()) {
            var shard = process.open("s").offer(inserts(1, 3));
            assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
            var closing = shard.delivery.close();
            process.interruptWorkers();
            closing.get(10, TimeUnit.SECONDS);

            assertThat(shard.positions).isEmpty();
            assertThat(process.ledger().calls(LedgerOperation.QUARANTINE)).isEmpty();
        }
        try (var process = process().in(world).listener("a", succeeds("a")).start()) {
            process.open("s").offer(inserts(1, 3)).awaitPosition(insert(3));
            assertThat(calls).hasSize(3);
        }
    }

    @Test
    void checkedExceptionsAndErrorsAreJudgedByTheirOwnType() {
        var policy = retries(3)
                .excludes(IOException.class, NoClassDefFoundError.class)
                .build();
        try (var process = process()
                .retryPolicy(policy)
                .listener("checked", event -> {
                    calls.add("checked");
                    throw new IOException("checked");
                })
                .listener("error", event -> {
                    calls.add("error");
                    throw new NoClassDefFoundError("error");
                })
                .start()) {
            process.open("s").offer(insert(1)).awaitPosition(insert(1));

            assertThat(calls).containsExactly("checked", "error");
            assertThat(process.world.quarantine.all()).singleElement().satisfies(record -> assertThat(
                            record.failedListeners())
                    .containsExactlyInAnyOrder("checked.on", "error.on"));
        }
    }

    @Test
    void anExceptionWithoutACauseStillCountsAsFailure() {
        var failed = new AtomicBoolean();
        try (var process = process()
                .listener("a", event -> {
                    calls.add("a");
                    if (failed.compareAndSet(false, true)) {
                        throw new UndeclaredThrowableException(null);
                    }
                })
                .start()) {
            process.open("s").offer(insert(1)).awaitPosition(insert(1));

            assertThat(calls).hasSize(2);
        }
    }

    @Test
    void aPolicyThatThrowsHoldsTheRecordAndNotTheWorker() {
        var broken = new AtomicBoolean(true);
        var policy = retries(3)
                .predicate(failure -> {
                    if (broken.getAndSet(false)) {
                        throw new IllegalStateException("broken policy");
                    }
                    return true;
                })
                .build();
        try (var process =
                process().retryPolicy(policy).listener("a", failsUpTo(2, "a")).start()) {
            process.open("s").offer(inserts(1, 2)).awaitPosition(insert(2));

            assertThat(process.observed.count(RecordOutcome.PROCESSED)).isEqualTo(2);
        }
    }

    @Test
    void anInterruptedListenerDoesNotInterruptTheNext() {
        Map<String, Boolean> interrupted = new ConcurrentHashMap<>();
        try (var process = process()
                .listener("a", (ItemInserted<Map<String, AttributeValue>> event) -> {
                    interrupted.put(event.eventId(), Thread.currentThread().isInterrupted());
                    if (event.eventId().equals(eventId(1))) {
                        Thread.currentThread().interrupt();
                    }
                })
                .start()) {
            process.open("s").offer(inserts(1, 2)).awaitPosition(insert(2));

            assertThat(interrupted.get(eventId(2))).isFalse();
        }
    }
}
