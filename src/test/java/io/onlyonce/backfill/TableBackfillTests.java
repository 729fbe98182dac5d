package io.onlyonce.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.onlyonce.engine.Clocks;
import io.onlyonce.fake.ManualTaskScheduler;
import io.onlyonce.publication.ConsumerListener;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Processes that share the backfill of a table; time passes when a test lets it. */
@ExtendWith(OutputCaptureExtension.class)
class TableBackfillTests {

    private static final Duration LEASE = Duration.ofSeconds(10);

    private final InMemoryBackfillStore store = new InMemoryBackfillStore();
    private final ScannedTable table = new ScannedTable(100);
    private final ManualTaskScheduler time = new ManualTaskScheduler(Instant.parse("2026-01-01T12:00:00Z"));

    /** A process, whose tasks can be kept from running. */
    private final class Process {

        private final BackfillCounts counts = new BackfillCounts();
        private final HeldPath path = new HeldPath(counts);
        private final ManualTaskScheduler scheduler;
        private final TableBackfill backfill;

        Process(String name, boolean exclusive) {
            this(name, exclusive, time);
        }

        Process(String name, boolean exclusive, ManualTaskScheduler scheduler) {
            this.scheduler = scheduler;
            // Five items a page in each of two segments.
            var settings = new BackfillSettings(10, 2, LEASE);
            var context = new ScanContext(
                    "orders",
                    table,
                    path,
                    settings,
                    new ScanPace(1_000_000, scheduler::nanoTime),
                    scheduler,
                    new ConsumerListener() {},
                    new Clocks(scheduler.getClock(), scheduler::nanoTime));
            backfill = new TableBackfill(context, store, counts, name, exclusive);
        }

        Process active() {
            backfill.activate();
            return this;
        }

        BackfillStatus status() {
            return backfill.status().orElseThrow();
        }

        void awaitState(BackfillState state) {
            passUntil(() -> {
                path.finish(100);
                return backfill.status().map(BackfillStatus::state).orElse(null) == state;
            });
        }

        List<Integer> finished() {
            return path.finished.stream()
                    .map(record -> ScannedTable.number(record.keys()))
                    .sorted()
                    .toList();
        }
    }

    private BackfillRun stored() {
        return store.find().orElseThrow();
    }

    private void passUntil(BooleanSupplier condition) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(passing(time, condition));
    }

    /** Lets a little time pass, and looks. */
    private static Callable<Boolean> passing(ManualTaskScheduler scheduler, BooleanSupplier condition) {
        return () -> {
            scheduler.advance(Duration.ofMillis(100));
            return condition.getAsBoolean();
        };
    }

    private static void join(CompletableFuture<Void> future) {
        await().atMost(Duration.ofSeconds(30)).until(future::isDone);
    }

    private static List<Integer> all(int from) {
        return IntStream.range(from, 100).boxed().toList();
    }

    @Test
    void scansTheWholeTableOnceAndSaysSo(CapturedOutput output) {
        var process = new Process("a", true).active();
        assertThat(process.backfill.status()).isEmpty();
        assertThat(process.backfill.start().state()).isEqualTo(BackfillState.RUNNING);
        process.awaitState(BackfillState.COMPLETED);

        assertThat(process.finished()).isEqualTo(all(0));
        var status = process.status();
        assertThat(status.scanned()).isEqualTo(100);
        assertThat(status.delivered()).isEqualTo(100);
        assertThat(status.segmentsDone()).isEqualTo(2);
        assertThat(status.process()).isNull();
        assertThat(status.endedAt()).isAfter(status.startedAt());
        assertThat(stored().tally()).isEqualTo(new Tally(100, 0, 0));
        passUntil(() -> process.path.openSegments() == 0);
        assertThat(output)
                .contains("Backfill of table orders has completed: 100 items scanned, 100 delivered, 0 duplicates, 0");
    }

    @Test
    void whoDoesNotReadDoesNotBegin() {
        var process = new Process("a", true);
        assertThatIllegalStateException().isThrownBy(process.backfill::start);
        assertThatIllegalStateException().isThrownBy(process.backfill::stop);
        assertThat(store.find()).isEmpty();
    }

    @Test
    void secondOrderAnswersTheRunningOne() {
        var process = new Process("a", true).active();
        process.backfill.start();
        String run = stored().id();
        passUntil(() -> !process.path.offered.isEmpty());
        process.backfill.start();
        assertThat(stored().id()).isEqualTo(run);
        process.awaitState(BackfillState.COMPLETED);
        assertThat(process.finished()).isEqualTo(all(0));

        process.backfill.start();
        assertThat(stored().id()).isNotEqualTo(run);
        process.awaitState(BackfillState.COMPLETED);
        assertThat(process.path.finished).hasSize(200);
        assertThat(process.path.violations()).isZero();
    }

    @Test
    void stopEndsItAndKeepsWhatItHasComeTo() {
        var process = new Process("a", true).active();
        process.backfill.start();
        passUntil(() -> process.path.offered.size() >= 10);
        process.path.finish(5);
        assertThat(process.backfill.stop())
                .get()
                .extracting(BackfillStatus::state)
                .isEqualTo(BackfillState.STOPPED);
        assertThat(process.status().scanned()).isEqualTo(10);
        passUntil(() -> process.path.openSegments() == 0);
        time.advance(Duration.ofMinutes(1));
        assertThat(process.path.finished).hasSize(10);
        assertThat(stored().state()).isEqualTo(BackfillState.STOPPED);
        assertThat(process.backfill.stop())
                .get()
                .extracting(BackfillStatus::state)
                .isEqualTo(BackfillState.STOPPED);
    }

    @Test
    void onlyActiveProcessTakesOverAtOnceWhatADeadOneHasLeft() {
        var other = new ManualTaskScheduler(Instant.parse("2026-01-01T12:00:00Z"));
        var dead = new Process("dead", true, other).active();
        dead.backfill.start();
        await().until(passing(other, () -> dead.path.offered.size() >= 10));
        dead.path.finish(5);
        await().until(passing(other, () -> stored().scanned() == 10));

        long before = time.nanoTime();
        var next = new Process("next", true).active();
        passUntil(() -> stored().isOwnedBy("next"));
        assertThat(Duration.ofNanos(time.nanoTime() - before)).isLessThan(LEASE);
        next.awaitState(BackfillState.COMPLETED);
        assertThat(next.finished()).isEqualTo(all(10));
        assertThat(next.status().scanned()).isEqualTo(100);
        assertThat(next.status().delivered()).isEqualTo(100);
    }

    @Test
    void oneOfManyWaitsUntilTheOwnerIsSilent() {
        var other = new ManualTaskScheduler(Instant.parse("2026-01-01T12:00:00Z"));
        var owner = new Process("owner", false, other).active();
        var next = new Process("next", false).active();
        owner.backfill.start();
        passUntil(() -> next.backfill.status().isPresent());
        for (int second = 0; second < 60; second++) {
            other.advance(Duration.ofSeconds(1));
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(stored().isOwnedBy("owner"))
                .as("while it shows that it is alive")
                .isTrue();
        assertThat(next.status().process()).isEqualTo("owner");

        time.advance(LEASE.minusSeconds(2));
        assertThat(stored().isOwnedBy("owner")).as("before the lease is over").isTrue();
        passUntil(() -> stored().isOwnedBy("next"));
        next.awaitState(BackfillState.COMPLETED);
        assertThat(next.finished()).isEqualTo(all(0));

        // The sleeper wakes up, and notices.
        await().until(passing(other, () -> owner.path.openSegments() == 0));
        assertThat(stored().isOwnedBy("next")).isTrue();
        assertThat(stored().state()).isEqualTo(BackfillState.COMPLETED);
    }

    @Test
    void whoStopsLetsAnotherGoOnAtOnceAndKeepsNothingInHand() {
        var first = new Process("first", false).active();
        var second = new Process("second", false).active();
        first.backfill.start();
        passUntil(() -> first.path.offered.size() >= 10);
        first.path.finish(5);
        join(first.backfill.deactivate());
        assertThat(first.path.openSegments()).isZero();
        assertThat(stored().owner()).isNull();
        assertThat(stored().scanned()).isEqualTo(10);

        second.awaitState(BackfillState.COMPLETED);
        assertThat(second.finished()).isEqualTo(all(10));
        assertThat(first.backfill.status()).isEmpty();
    }

    @Test
    void anyProcessCanStopIt() {
        var owner = new Process("owner", false).active();
        var other = new Process("other", false).active();
        owner.backfill.start();
        passUntil(() -> owner.path.openSegments() == 2);
        other.backfill.stop();
        passUntil(() -> owner.path.openSegments() == 0);
        assertThat(owner.status().state()).isEqualTo(BackfillState.STOPPED);
        assertThat(other.status().state()).isEqualTo(BackfillState.STOPPED);
    }

    /** What a process does next that still scans for a run which others have ended. */
    private enum Act {
        NOTHING,
        START,
        PAUSE,
        DEACTIVATE
    }

    @ParameterizedTest
    @EnumSource
    void runThatWasStoppedLeavesNoTraceInTheNextOne(Act act) {
        var late = new ManualTaskScheduler(Instant.parse("2026-01-01T12:00:00Z"));
        var first = new Process("first", false, late).active();
        var second = new Process("second", false).active();
        first.backfill.start();
        await().until(passing(late, () -> first.path.offered.size() >= 10));
        second.backfill.stop();
        second.backfill.start();
        var begun = stored();
        first.path.finish(5);
        switch (act) {
            case START -> assertThat(first.backfill.start().process()).isEqualTo("second");
            case PAUSE -> join(first.backfill.pause());
            case DEACTIVATE -> join(first.backfill.deactivate());
            case NOTHING -> {}
        }
        await().until(passing(late, () -> first.path.openSegments() == 0));
        assertThat(stored()).isEqualTo(begun);

        second.awaitState(BackfillState.COMPLETED);
        late.advance(Duration.ofMinutes(1));
        assertThat(stored().id()).isEqualTo(begun.id());
        assertThat(stored().scanned()).isEqualTo(100);
        assertThat(stored().tally()).isEqualTo(new Tally(100, 0, 0));
        assertThat(second.finished()).isEqualTo(all(0));
        assertThat(first.path.openSegments()).isZero();
        assertThat(first.path.violations()).isZero();
    }

    @Test
    void runThatBeginsBeforeTheEndOfTheLastWasNoticedCountsForItself() {
        var late = new ManualTaskScheduler(Instant.parse("2026-01-01T12:00:00Z"));
        var first = new Process("first", false, late).active();
        var second = new Process("second", false).active();
        first.backfill.start();
        await().until(passing(late, () -> first.path.offered.size() >= 10));
        second.backfill.stop();
        var stopped = stored();
        first.path.finish(5);
        assertThat(first.path.finished).hasSize(10);
        assertThat(first.backfill.start().process()).isEqualTo("first");
        assertThat(stored().id()).isNotEqualTo(stopped.id());
        assertThat(stored().scanned()).isZero();

        await().atMost(Duration.ofSeconds(30)).until(() -> {
            late.advance(Duration.ofMillis(100));
            first.path.finish(100);
            return stored().state() == BackfillState.COMPLETED;
        });
        assertThat(stored().scanned()).isEqualTo(100);
        assertThat(stored().tally()).isEqualTo(new Tally(100, 0, 0));
        assertThat(first.path.finished).as("both runs").hasSize(110);
        assertThat(first.path.violations()).isZero();
    }

    @Test
    void pauseHoldsItAndResumeGoesOn() {
        var process = new Process("a", false).active();
        var other = new Process("b", false).active();
        process.backfill.start();
        passUntil(() -> process.path.offered.size() >= 10);
        process.path.finish(5);
        join(process.backfill.pause());
        assertThat(process.path.openSegments()).isZero();
        assertThat(process.status().state()).isEqualTo(BackfillState.PAUSED);
        for (int second = 0; second < 60; second++) {
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(stored().isOwnedBy("a")).isTrue();
        assertThat(other.path.offered).isEmpty();
        process.backfill.start();
        assertThat(process.status().state()).isEqualTo(BackfillState.PAUSED);

        process.backfill.resume();
        process.awaitState(BackfillState.COMPLETED);
        assertThat(process.finished()).isEqualTo(all(0));
        assertThat(process.path.violations()).isZero();
    }

    @Test
    void segmentThatLostAClaimBeginsAnewWhereItHasComeTo() {
        var process = new Process("a", true).active();
        process.backfill.start();
        passUntil(() -> process.path.offered.size() >= 10);
        process.path.finish(5);
        process.path.loseClaim(1);
        process.awaitState(BackfillState.COMPLETED);
        assertThat(process.finished()).isEqualTo(all(0));
        assertThat(process.path.violations()).isZero();
    }

    @Test
    void tableThatCannotBeScannedMakesItFail() {
        var process = new Process("a", true).active();
        table.failNext(() -> ScannedTable.error(400, "AccessDeniedException"));
        process.backfill.start();
        process.awaitState(BackfillState.FAILED);
        assertThat(process.status().problem()).contains("orders", "AccessDenied");
        passUntil(() -> process.path.openSegments() == 0);

        process.backfill.start();
        process.awaitState(BackfillState.COMPLETED);
        assertThat(process.status().problem()).isNull();
    }

    @Test
    void tableThatIsGoneMakesItFailForEveryProcess() {
        var process = new Process("a", true).active();
        table.failNextDescription(() -> ScannedTable.error(400, "ResourceNotFoundException"));
        process.backfill.start();
        process.awaitState(BackfillState.FAILED);

        assertThat(stored().state()).isEqualTo(BackfillState.FAILED);
        assertThat(process.status().problem()).contains("orders", "ResourceNotFound");
        assertThat(table.scans).isEmpty();
    }

    @Test
    void storeThatDoesNotAnswerIsWaitedFor() {
        var process = new Process("a", true).active();
        process.backfill.start();
        passUntil(() -> process.path.offered.size() >= 10);
        store.failWith(SdkClientException.create("no answer"));
        process.path.finish(100);
        passUntil(() -> process.status().problem() != null);
        assertThat(process.status().state()).isEqualTo(BackfillState.RUNNING);
        store.failWith(null);
        process.awaitState(BackfillState.COMPLETED);
        assertThat(process.finished()).isEqualTo(all(0));
        assertThat(process.status().problem()).isNull();
    }
}
