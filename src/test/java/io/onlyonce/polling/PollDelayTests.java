package io.onlyonce.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PollDelayTests {

    private final PollDelay delay = new PollDelay(Duration.ofMillis(100), Duration.ofSeconds(1), new Random(1));

    @Test
    void noneAfterRecords() {
        delay.afterEmpty();
        assertThat(delay.afterRecords()).isZero();
    }

    @Test
    void growsWhileIdleAndBeginsAnewAfterRecords() {
        for (int i = 0; i < 5; i++) {
            assertThat(delay.afterEmpty()).hasMillis(100);
        }
        assertThat(delay.afterEmpty()).hasMillis(200);
        assertThat(delay.afterEmpty()).hasMillis(400);
        assertThat(delay.afterEmpty()).hasMillis(800);
        for (int i = 0; i < 100; i++) {
            assertThat(delay.afterEmpty()).hasSeconds(1);
        }
        delay.afterRecords();
        assertThat(delay.afterEmpty()).hasMillis(100);
    }

    @Test
    void failuresBackOffUpToALimitWithJitter() {
        for (int i = 0; i < 100; i++) {
            long full = Math.min(20_000, 200L << Math.min(i, 16));
            assertThat(delay.afterFailure().toMillis()).isBetween(full / 2, full);
        }
        delay.afterEmpty();
        assertThat(delay.failures()).isZero();
        assertThat(delay.afterFailure().toMillis()).isBetween(100L, 200L);
    }

    @Test
    void paceLetsABurstThroughAndNeverTenInASecond() {
        var now = new AtomicLong(5_000_000_000L);
        var pace = Pace.ofDescribeStream(now::get);
        for (int i = 0; i < 4; i++) {
            assertThat(pace.reserve()).isZero();
        }
        assertThat(pace.reserve()).hasMillis(200);
        assertThat(pace.reserve()).hasMillis(400);
        now.addAndGet(Duration.ofMinutes(1).toNanos());
        for (int i = 0; i < 4; i++) {
            assertThat(pace.reserve()).isZero();
        }
        assertThat(pace.reserve()).isPositive();
    }
}
