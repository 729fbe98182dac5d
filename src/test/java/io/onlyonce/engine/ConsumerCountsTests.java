package io.onlyonce.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.onlyonce.DuplicateDropped;
import io.onlyonce.DuplicateKind;
import io.onlyonce.GapDetected;
import io.onlyonce.RecordQuarantined;
import io.onlyonce.publication.ConsumerListener.RecordOutcome;
import io.onlyonce.stream.EventName;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConsumerCountsTests {

    private static final ShardId SHARD = new ShardId("shardId-00000001");
    private static final SequenceNumber NUMBER = new SequenceNumber("100");

    private final ConsumerCounts counts = new ConsumerCounts();

    @Test
    void everythingIsZeroAtFirst() {
        var none = counts.of("orders");
        assertThat(none.processed()).isZero();
        assertThat(none.duplicates())
                .containsOnly(
                        entry(DuplicateKind.REWRITE, 0L),
                        entry(DuplicateKind.REDELIVERY, 0L),
                        entry(DuplicateKind.REINSERT, 0L),
                        entry(DuplicateKind.CONFLICT, 0L));
        assertThat(none.quarantined()).isZero();
        assertThat(none.gaps()).isZero();
        assertThat(counts.recentGaps()).isEmpty();
    }

    @Test
    void processedRecordsAreCountedPerTable() {
        counts.recordFinished("orders", EventName.INSERT, RecordOutcome.PROCESSED);
        counts.recordFinished("orders", EventName.INSERT, RecordOutcome.PROCESSED);
        counts.recordFinished("users", EventName.INSERT, RecordOutcome.PROCESSED);
        assertThat(counts.of("orders").processed()).isEqualTo(2);
        assertThat(counts.of("users").processed()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PROCESSED")
    void otherOutcomesDoNotCountAsProcessed(RecordOutcome outcome) {
        counts.recordFinished("orders", EventName.INSERT, outcome);
        assertThat(counts.of("orders").processed()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void duplicatesAreCountedByKind(DuplicateKind kind) {
        counts.duplicateDropped(new DuplicateDropped("orders", kind, "event", "key", SHARD, NUMBER));
        assertThat(counts.of("orders").duplicates()).containsEntry(kind, 1L);
        assertThat(counts.of("orders").duplicates().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(1);
    }

    @Test
    void quarantinedRecordsAreCounted() {
        counts.recordQuarantined(new RecordQuarantined(
                "id", "orders", "event", SHARD, NUMBER, Set.of("listener"), 5, new IllegalStateException()));
        assertThat(counts.of("orders").quarantined()).isEqualTo(1);
    }

    @Test
    void lastHundredGapsAreKeptAndAllAreCounted() {
        for (int second = 0; second < 101; second++) {
            counts.gapDetected(gapAt(second));
        }
        assertThat(counts.of("orders").gaps()).isEqualTo(101);
        assertThat(counts.recentGaps()).hasSize(100).startsWith(gapAt(1)).endsWith(gapAt(100));
    }

    private static GapDetected gapAt(int second) {
        return new GapDetected(
                "orders", GapDetected.Reason.TRIMMED, "arn", SHARD, NUMBER, null, Instant.EPOCH.plusSeconds(second));
    }
}
