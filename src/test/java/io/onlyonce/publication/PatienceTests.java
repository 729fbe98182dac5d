package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.TestRecords.eventId;
import static io.onlyonce.publication.TestRecords.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.fake.ManualTaskScheduler;
import io.onlyonce.ledger.Claim;
import io.onlyonce.ledger.ClaimOutcome.InProgress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.springframework.core.retry.RetryPolicy;

/** What a listener needs and does not find costs a record time, not attempts. */
class PatienceTests {

    private static final RetryPolicy FOUR_ATTEMPTS =
            RetryPolicy.builder().maxRetries(3).delay(Duration.ofMillis(10)).build();

    private final ManualTaskScheduler time = new ManualTaskScheduler();
    private final List<Integer> attempts = new CopyOnWriteArrayList<>();

    private static RuntimeException away() {
        return new RetryLaterException("the target is away", Duration.ZERO, null);
    }

    private RecordPathFixture.Builder patientProcess() {
        return process()
                .time(time)
                .retryPolicy(FOUR_ATTEMPTS)
                .patience(DeliverySettings.patience(
                        Duration.ofMinutes(15), Duration.ofMillis(200), Duration.ofSeconds(30)));
    }

    /** Lets minutes pass, round by round. */
    private void pass(RecordPathFixture process, int minutes) {
        for (int seconds = 0; seconds < minutes * 60; seconds += 10) {
            time.advance(Duration.ofSeconds(10));
            process.awaitQuiet();
        }
    }

    @Test
    void anOutageOfMinutesSpendsNoAttempts() {
        var away = new AtomicBoolean(true);
        try (var process = patientProcess()
                .listener("a", event -> {
                    attempts.add(event.attempt());
                    if (away.get()) {
                        throw away();
                    }
                })
                .start()) {
            var shard = process.open("s").offer(insert(1), insert(2));
            pass(process, 14);
            assertThat(attempts).hasSizeBetween(28, 50);
            assertThat(shard.delivery.problem()).contains("the target is away");
            assertThat(process.observed.quarantined).isEmpty();

            away.set(false);
            pass(process, 1);
            shard.awaitPosition(insert(2));
            assertThat(process.observed.quarantined).isEmpty();
        }
    }

    @Test
    void aRecordIsSetAsideWhenItHasWaitedForItsTime() {
        try (var process = patientProcess()
                .listener("a", event -> {
                    throw away();
                })
                .start()) {
            var shard = process.open("s").offer(insert(1), insert(2));
            pass(process, 16);
            shard.awaitPosition(insert(1), 1);
            assertThat(process.observed.quarantined).hasSize(1);
            pass(process, 13);
            assertThat(process.observed.quarantined).hasSize(1);
            pass(process, 3);
            shard.awaitPosition(insert(2));
            assertThat(process.observed.quarantined).hasSize(2);
        }
    }

    @Test
    void aRecordIsNotSetAsideWhileNothingWasTried() {
        try (var process = patientProcess()
                .listener("a", event -> {
                    attempts.add(event.attempt());
                    throw event.attempt() == 1
                            ? away()
                            : RetryLaterException.untried("not before noon", Duration.ofSeconds(30));
                })
                .start()) {
            process.open("s").offer(insert(1));
            pass(process, 20);
            assertThat(attempts).hasSizeBetween(30, 42);
            assertThat(process.observed.quarantined).isEmpty();
        }
    }

    @Test
    void aListenerThatFailsForItselfSpendsAttemptsBesideOneThatWaits() {
        try (var process = patientProcess()
                .listener("a", event -> {
                    attempts.add(event.attempt());
                    throw new IllegalStateException("broken");
                })
                .listener("b", event -> {
                    if (event.attempt() < 20) {
                        throw away();
                    }
                })
                .start()) {
            var shard = process.open("s").offer(insert(1));
            pass(process, 12);
            shard.awaitPosition(insert(1));
            assertThat(attempts).containsExactly(1, 2, 3, 4);
            assertThat(process.observed.quarantined).singleElement().satisfies(record -> assertThat(record.toString())
                    .contains("a.on")
                    .doesNotContain("b.on"));
        }
    }

    /** Other processes see by the attempts on record that a claim is looked after. */
    @Test
    void everyRoundOfAWaitIsOnRecord() {
        try (var process = patientProcess()
                .listener("a", event -> {
                    throw away();
                })
                .start()) {
            process.open("s").offer(insert(1));
            pass(process, 1);
            int before = attemptsOnRecord(process);
            pass(process, 1);
            assertThat(attemptsOnRecord(process)).isGreaterThan(before);
        }
    }

    private static int attemptsOnRecord(RecordPathFixture process) {
        var stranger = new Claim(eventId(1), "another event", "", new ClaimTokens().next());
        var outcome = process.world.ledger(RecordPathFixture.TABLE).claim(List.of(stranger));
        return ((InProgress) outcome.get(0)).attempts();
    }
}
