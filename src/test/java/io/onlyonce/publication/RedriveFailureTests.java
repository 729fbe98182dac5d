package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.TABLE;
import static io.onlyonce.publication.RecordPathFixture.eventually;
import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.TestRecords.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.onlyonce.fake.ManualTaskScheduler;
import io.onlyonce.ledger.Claim;
import io.onlyonce.ledger.ClaimToken;
import io.onlyonce.ledger.LedgerUnavailableException;
import io.onlyonce.ledger.Progress;
import io.onlyonce.publication.ConsumerListener.LedgerOperation;
import io.onlyonce.quarantine.QuarantinedRecord;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.springframework.core.retry.RetryPolicy;

class RedriveFailureTests {

    private final ManualTaskScheduler time = new ManualTaskScheduler();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final AtomicBoolean mended = new AtomicBoolean();

    private RecordPathFixture start() {
        return builder().start();
    }

    private RecordPathFixture.Builder builder() {
        return process()
                .time(time)
                .claimTimeout(Duration.ofSeconds(60))
                .retryPolicy(RetryPolicy.builder().maxRetries(0).build())
                .listener("good", event -> calls.add("good"))
                .listener("mended", event -> {
                    if (!mended.get()) {
                        throw new IllegalStateException();
                    }
                    calls.add("mended");
                });
    }

    private static QuarantinedRecord quarantineOne(RecordPathFixture process) {
        process.open("s").offer(insert(1)).awaitPosition(insert(1));
        return process.world.quarantine.all().get(0);
    }

    @Test
    void onlyTheListenersThatHadFailedRunAgain() {
        try (var process = start()) {
            String id = quarantineOne(process).id();
            Redrive redrive = process.paths.redrive();

            assertThat(redrive.redrive(id)).isEqualTo(Redrive.Outcome.FAILED);
            mended.set(true);
            assertThat(redrive.redrive(id)).isEqualTo(Redrive.Outcome.PROCESSED);
            assertThat(redrive.redrive(id)).isEqualTo(Redrive.Outcome.NOT_FOUND);
            assertThat(calls).containsExactly("good", "mended");
        }
    }

    @Test
    void recordThatASlowRedriveElsewhereSetsAsideOnceMoreStaysToBeRedriven() {
        try (var process = start()) {
            var quarantined = quarantineOne(process);
            var slow = claim(quarantined, "elsewhere/1");
            var ledger = process.world.ledger(TABLE);
            ledger.redrive(slow);
            Redrive redrive = process.paths.redrive();
            assertThat(redrive.redrive(quarantined.id())).isEqualTo(Redrive.Outcome.IN_PROGRESS);
            time.advance(Duration.ofSeconds(61));
            mended.set(true);
            process.ledger()
                    .before(
                            () -> ledger.quarantine(new Progress(slow, quarantined.completedListeners(), 1), List.of()),
                            LedgerOperation.TAKE_OVER);

            assertThat(redrive.redrive(quarantined.id())).isEqualTo(Redrive.Outcome.PROCESSED);
            assertThat(calls).containsExactly("good", "mended");
            assertThat(process.world.quarantine.all()).isEmpty();
        }
    }

    @Test
    void redriveThatBeganElsewhereMeanwhileIsLeftAlone() {
        try (var process = start()) {
            var quarantined = quarantineOne(process);
            var abandoned = claim(quarantined, "dead/1");
            var ledger = process.world.ledger(TABLE);
            ledger.redrive(abandoned);
            Redrive redrive = process.paths.redrive();
            redrive.redrive(quarantined.id());
            time.advance(Duration.ofSeconds(61));
            mended.set(true);
            process.ledger()
                    .before(
                            () -> ledger.redriveFrom(claim(quarantined, "elsewhere/1"), abandoned.token()),
                            LedgerOperation.TAKE_OVER);

            assertThat(redrive.redrive(quarantined.id())).isEqualTo(Redrive.Outcome.IN_PROGRESS);
            assertThat(calls).containsExactly("good");
            assertThat(process.world.quarantine.all()).hasSize(1);
        }
    }

    @Test
    void keyOfARedriveIsLeftOnceThoughItsProgressIsSavedBeforeItsCallEnds() {
        var keys = new InFlightKeys(Runnable::run);
        keys.enter("key");
        var held = new Redrive.HeldKey(keys, "key");
        held.keepFor(new ProgressSaves());
        held.progressSaved();
        assertThat(keys.enter("key")).isTrue();

        held.callEnded();

        assertThat(keys.enter("key")).as("left by another's call").isFalse();
    }

    @Test
    void listenersThatHaveRunDoNotRunAgainWhenTheEndCouldNotBeWritten() {
        try (var process = start()) {
            String id = quarantineOne(process).id();
            Redrive redrive = process.paths.redrive();
            mended.set(true);
            process.ledger().fail(LedgerOperation.COMPLETE);
            assertThatExceptionOfType(LedgerUnavailableException.class).isThrownBy(() -> redrive.redrive(id));
            assertThat(redrive.redrive(id)).isEqualTo(Redrive.Outcome.IN_PROGRESS);
            process.ledger().heal();

            assertThat(redriveUntilSaved(redrive, id)).isEqualTo(Redrive.Outcome.PROCESSED);
            assertThat(calls).containsExactly("good", "mended");
        }
    }

    @Test
    void recordIsFoundCompletedWhenTheAnswerToItsEndWasLost() {
        try (var process = start()) {
            String id = quarantineOne(process).id();
            Redrive redrive = process.paths.redrive();
            mended.set(true);
            process.ledger().loseAnswers(LedgerOperation.COMPLETE);
            assertThatExceptionOfType(LedgerUnavailableException.class).isThrownBy(() -> redrive.redrive(id));
            process.ledger().heal();

            assertThat(redriveUntilSaved(redrive, id)).isEqualTo(Redrive.Outcome.ALREADY_COMPLETED);
            assertThat(calls).containsExactly("good", "mended");
        }
    }

    @Test
    void listenersThatHaveRunDoNotRunAgainWhenTheRecordCouldNotBeSetAsideOnceMore() {
        var stubborn = new AtomicBoolean(true);
        try (var process = builder()
                .listener("stubborn", event -> {
                    if (stubborn.get()) {
                        throw new IllegalStateException();
                    }
                    calls.add("stubborn");
                })
                .start()) {
            String id = quarantineOne(process).id();
            Redrive redrive = process.paths.redrive();
            mended.set(true);
            process.ledger().fail(LedgerOperation.QUARANTINE, LedgerOperation.SAVE_PROGRESS);
            assertThatExceptionOfType(LedgerUnavailableException.class).isThrownBy(() -> redrive.redrive(id));
            process.ledger().heal();
            stubborn.set(false);

            assertThat(redriveUntilSaved(redrive, id)).isEqualTo(Redrive.Outcome.PROCESSED);
            assertThat(calls).containsExactly("good", "mended", "stubborn");
        }
    }

    private Redrive.Outcome redriveUntilSaved(Redrive redrive, String id) {
        return eventually()
                .until(
                        () -> {
                            time.advance(Duration.ofSeconds(1));
                            return redrive.redrive(id);
                        },
                        outcome -> outcome != Redrive.Outcome.IN_PROGRESS);
    }

    private static Claim claim(QuarantinedRecord quarantined, String token) {
        return new Claim(
                quarantined.deduplicationKey(),
                quarantined.record().eventId(),
                quarantined.contentHash(),
                ClaimToken.parse(token));
    }
}
