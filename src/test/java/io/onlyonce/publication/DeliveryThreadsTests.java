package io.onlyonce.publication;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

@ExtendWith(OutputCaptureExtension.class)
class DeliveryThreadsTests {

    private final ThreadPoolTaskScheduler timers = new ThreadPoolTaskScheduler();
    private final DeliveryThreads threads;

    DeliveryThreadsTests() {
        timers.initialize();
        threads = new DeliveryThreads(Executors.newCachedThreadPool(), timers, timers);
    }

    @Test
    void runTasksNowAndLater() throws InterruptedException {
        var run = new CountDownLatch(3);
        threads.workers().execute(run::countDown);
        threads.ledger().execute(run::countDown);
        threads.after(Duration.ofMillis(1), run::countDown);
        assertThat(run.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void dropTasksAfterTheirEndAndSaySoOnce(CapturedOutput output) {
        timers.shutdown();
        threads.ledger().execute(() -> {});
        threads.after(Duration.ZERO, () -> {});
        assertThat(output).containsOnlyOnce("the next start delivers them again, marked as redelivered");
    }
}
