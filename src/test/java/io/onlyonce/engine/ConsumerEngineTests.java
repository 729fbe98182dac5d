package io.onlyonce.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import io.onlyonce.fake.ManualTaskScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;

class ConsumerEngineTests {

    private final ManualTaskScheduler scheduler = new ManualTaskScheduler(Instant.parse("2026-03-01T12:00:00Z"));
    private final FakeEngine reader = new FakeEngine("orders");
    private final ScriptedLock lock = new ScriptedLock();
    private final Deque<RuntimeException> preparationFailures = new ArrayDeque<>();
    private final ConsumerEngine engine = new ConsumerEngine(
            "polling", Set.of("orders"), () -> reader, this::prepare, lock, scheduler, scheduler::nanoTime);
    private int preparations;

    private void prepare() {
        preparations++;
        var failure = preparationFailures.poll();
        if (failure != null) {
            throw failure;
        }
    }

    @Test
    void theProcessThatHasTheLockReads() {
        engine.start();

        assertThat(reader.calls).containsExactly("start");
        assertThat(engine.status().role()).isEqualTo(Role.ACTIVE);
        assertThat(table().state()).isEqualTo(State.RUNNING);
    }

    @Test
    void aProcessThatStandsByLooksEverySecondAndTakesOver() {
        lock.heldByAnother = true;
        engine.start();
        scheduler.advance(Duration.ofSeconds(10));

        assertThat(reader.calls).isEmpty();
        assertThat(engine.status().role()).isEqualTo(Role.STANDBY);
        assertThat(table().iteratorLag()).isLessThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(lock.looks).isEqualTo(11);
        assertThat(preparations).isOne();
        assertThatThrownBy(() -> engine.pause("orders")).hasMessageContaining("stands by");

        lock.heldByAnother = false;
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(reader.calls).containsExactly("start");
        assertThat(engine.status().role()).isEqualTo(Role.ACTIVE);
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(lock.looks).isEqualTo(12);
    }

    @Test
    void aProcessThatStandsByLagsWhileItCannotTellWhetherAnotherIsActive() {
        lock.heldByAnother = true;
        engine.start();
        scheduler.advance(Duration.ofSeconds(10));
        lock.unavailable = true;
        scheduler.advance(Duration.ofSeconds(60));

        assertThat(engine.status().role()).isEqualTo(Role.STANDBY);
        assertThat(table().problem()).contains("no answer");
        assertThat(table().iteratorLag()).isBetween(Duration.ofSeconds(59), Duration.ofSeconds(61));

        lock.unavailable = false;
        scheduler.advance(Duration.ofSeconds(10));
        assertThat(table().problem()).isNull();
        assertThat(table().iteratorLag()).isLessThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aProcessThatLosesTheLockStopsReadingAndStandsBy() {
        engine.start();
        lock.heldByAnother = true;
        lock.lose();
        scheduler.advance(Duration.ZERO);

        assertThat(reader.calls).containsExactly("start", "stop PT5S");
        assertThat(lock.released).isOne();
        assertThat(engine.status().role()).isEqualTo(Role.STANDBY);

        lock.heldByAnother = false;
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(reader.calls).containsExactly("start", "stop PT5S", "start");
    }

    @Test
    void theLagOfAProcessThatLostTheLockGoesOnWhereItWas() {
        engine.start();
        reader.report(
                Role.ACTIVE,
                new TableStatus(
                        "orders", "arn", State.RUNNING, null, Duration.ofMinutes(7), Duration.ofHours(23), List.of()));
        lock.unavailable = true;
        lock.lose();
        scheduler.advance(Duration.ofSeconds(30));

        assertThat(table().iteratorLag()).isBetween(Duration.ofSeconds(449), Duration.ofSeconds(451));
        assertThat(table().problem()).contains("no answer");
    }

    @Test
    void aLossThatIsToldLateDoesNotStopTheNextTerm() {
        engine.start();
        var first = lock.lost();
        engine.stop(Duration.ofSeconds(1));
        engine.start();
        first.run();
        scheduler.advance(Duration.ofSeconds(1));

        assertThat(reader.calls).containsExactly("start", "stop PT1S", "start");
    }

    @Test
    void aStopReleasesTheLockWhenTheReaderHasStopped() {
        engine.start();
        engine.stop(Duration.ofSeconds(3));

        assertThat(reader.calls).containsExactly("start", "stop PT3S");
        assertThat(lock.released).isOne();
        assertThat(engine.status().role()).isEqualTo(Role.STOPPED);
        assertThat(table().iteratorLag()).isZero();
    }

    @Test
    void aStopEndsStandingBy() {
        lock.heldByAnother = true;
        engine.start();
        engine.stop(Duration.ofSeconds(3));
        lock.heldByAnother = false;
        scheduler.advance(Duration.ofMinutes(1));

        assertThat(reader.calls).isEmpty();
        assertThat(lock.looks).isOne();
    }

    @Test
    void whatMayPassIsTriedAgain() {
        preparationFailures.add(SdkClientException.create("no route"));
        preparationFailures.add(SdkClientException.create("no route"));
        engine.start();
        assertThat(table().state()).isEqualTo(State.STARTING);
        assertThat(table().problem()).contains("no route");
        scheduler.advance(Duration.ofSeconds(2));

        assertThat(reader.calls).containsExactly("start");
        assertThat(preparations).isEqualTo(3);
    }

    @Test
    void whatCannotWorkIsThrownAtTheStart() {
        preparationFailures.add(new IllegalStateException("wrong key"));
        assertThatThrownBy(engine::start).hasMessage("wrong key");
        scheduler.advance(Duration.ofMinutes(1));

        assertThat(reader.calls).isEmpty();
        assertThat(engine.status().role()).isEqualTo(Role.STOPPED);
    }

    @Test
    void aReaderThatCannotStartGivesTheLockToAnother() {
        var broken = new ConsumerEngine(
                "polling",
                Set.of("orders"),
                () -> new FakeEngine("orders") {
                    @Override
                    public void start() {
                        throw new IllegalStateException("stream not enabled");
                    }
                },
                () -> {},
                lock,
                scheduler,
                scheduler::nanoTime);
        assertThatThrownBy(broken::start).hasMessage("stream not enabled");
        assertThat(lock.released).isOne();

        lock.heldByAnother = true;
        broken.start();
        lock.heldByAnother = false;
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(lock.released).isEqualTo(2);
        assertThat(broken.status().tables().get(0).problem()).isEqualTo("stream not enabled");
        scheduler.advance(Duration.ofSeconds(10));
        assertThat(lock.released).as("tried again").isGreaterThan(3);
    }

    @Test
    void aStopDoesNotWaitForALockThatHangs() throws Exception {
        var go = new CountDownLatch(1);
        var hanging = new ActiveLock() {
            @Override
            public boolean acquire(Runnable lost) {
                return true;
            }

            @Override
            public void release() {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        var stopping = new ConsumerEngine(
                "polling", Set.of("orders"), () -> reader, () -> {}, hanging, scheduler, System::nanoTime);
        stopping.start();
        long start = System.nanoTime();

        assertThat(stopping.stop(Duration.ofSeconds(2))).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        go.countDown();
    }

    @Test
    void aStopDoesNotWaitForAPreparationThatHangs() throws Exception {
        var begun = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var preparing = new ConsumerEngine(
                "polling",
                Set.of("orders"),
                () -> reader,
                () -> {
                    begun.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                lock,
                scheduler,
                System::nanoTime);
        var starting = CompletableFuture.runAsync(preparing::start);
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

        assertThat(preparing.stop(Duration.ofMillis(200))).isFalse();
        go.countDown();
        starting.get(20, TimeUnit.SECONDS);
        assertThat(reader.calls)
                .as("the start noticed that it is not wanted any more")
                .isEmpty();
        assertThat(lock.released).isOne();
    }

    @Test
    void aStopStopsWhatAStartThatHangsHasBegun() throws Exception {
        var begun = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var hanging = new FakeEngine("orders") {
            @Override
            public void start() {
                super.start();
                begun.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        var stopping = new ConsumerEngine(
                "polling", Set.of("orders"), () -> hanging, () -> {}, lock, scheduler, System::nanoTime);
        var starting = CompletableFuture.runAsync(stopping::start);
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

        assertThat(stopping.stop(Duration.ofMillis(200))).isFalse();

        assertThat(hanging.calls).containsExactly("start", "stop PT0S");
        go.countDown();
        starting.get(20, TimeUnit.SECONDS);
        assertThat(hanging.calls).containsExactly("start", "stop PT0S", "stop PT0S");
        assertThat(lock.released).isOne();
    }

    private TableStatus table() {
        return engine.status().tables().get(0);
    }

    private static final class ScriptedLock implements ActiveLock {

        boolean heldByAnother;
        boolean unavailable;
        int looks;
        int released;
        private final List<Runnable> losses = new ArrayList<>();
        private @Nullable Runnable current;

        @Override
        public boolean acquire(Runnable lost) {
            looks++;
            if (unavailable) {
                throw SdkClientException.create("no answer");
            }
            if (!heldByAnother) {
                losses.add(lost);
                current = lost;
            }
            return !heldByAnother;
        }

        @Override
        public void release() {
            released += current == null ? 0 : 1;
            current = null;
        }

        Runnable lost() {
            return losses.get(losses.size() - 1);
        }

        void lose() {
            lost().run();
        }
    }
}
