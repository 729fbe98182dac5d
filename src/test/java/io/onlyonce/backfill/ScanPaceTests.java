package io.onlyonce.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScanPaceTests {

    private long now = -5;
    private final ScanPace pace = new ScanPace(100, () -> now);

    @Test
    void pagesFollowEachOtherAtTheRate() {
        assertThat(pace.reserve(50)).isZero();
        assertThat(pace.reserve(50)).isEqualTo(Duration.ofMillis(500));
        assertThat(pace.reserve(25)).isEqualTo(Duration.ofSeconds(1));
        assertThat(pace.reserve(1)).isEqualTo(Duration.ofMillis(1250));
    }

    @Test
    void whatAPageDidNotHaveIsGivenBack() {
        pace.reserve(50);
        pace.giveBack(40);
        assertThat(pace.reserve(50)).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void timeThatWasNotUsedIsNotMadeUpFor() {
        pace.reserve(50);
        now += Duration.ofHours(1).toNanos();
        assertThat(pace.reserve(50)).isZero();
        assertThat(pace.reserve(50)).isEqualTo(Duration.ofMillis(500));
    }
}
