package io.onlyonce.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.GapDetected;
import io.onlyonce.GapDetected.Reason;
import io.onlyonce.stream.ShardId;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class GapLogTests {

    private final GapLog gaps = new GapLog();

    @Test
    void repetitionIsNotNew() {
        assertThat(gaps.add(gap(1))).isTrue();

        assertThat(gaps.add(gap(1))).isFalse();
        assertThat(gaps.add(gap(2))).isTrue();
    }

    @Test
    void remembersTheLastThousand() {
        for (int shard = 0; shard <= 1_000; shard++) {
            assertThat(gaps.add(gap(shard))).isTrue();
        }

        assertThat(gaps.add(gap(1_000))).isFalse();
        assertThat(gaps.add(gap(1))).isFalse();
        assertThat(gaps.add(gap(0))).isTrue();
    }

    private static GapDetected gap(int shard) {
        return new GapDetected(
                "orders", Reason.SHARD_VANISHED, "arn", new ShardId("shard-" + shard), null, null, Instant.now());
    }
}
