package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.eventually;
import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.SharedWorld.effect;
import static io.onlyonce.publication.TestRecords.insert;
import static io.onlyonce.publication.TestRecords.inserts;
import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.fake.ManualTaskScheduler;
import io.onlyonce.publication.ConsumerListener.LedgerOperation;
import io.onlyonce.publication.ConsumerListener.RecordOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.core.retry.RetryPolicy;

class LedgerOutageTests {

    private final List<String> calls = new CopyOnWriteArrayList<>();

    private RecordPathFixture.Builder failingEveryTenth() {
        return process()
                .concurrency(2)
                .retryPolicy(RetryPolicy.builder()
                        .maxRetries(1)
                        .delay(Duration.ofMillis(1))
                        .build())
                .listener("good", event -> calls.add(event.eventId()))
                .listener("bad", event -> {
                    if (event.eventId().endsWith("0")) {
                        throw new IllegalStateException();
                    }
                });
    }

    /** Whatever cannot be written: everything waits, without a thread, and then goes on where it was. */
    @ParameterizedTest
    @EnumSource(names = {"CLAIM", "COMPLETE", "QUARANTINE"})
    void nothingIsLostOrDoubledWhileTheLedgerIsDown(LedgerOperation operation) {
        var time = new ManualTaskScheduler();
        try (var process = failingEveryTenth().time(time).start()) {
            var shard = process.open("s").offer(inserts(1, 50));
            eventually().until(() -> {
                time.advance(Duration.ofMillis(1));
                return !shard.positions.isEmpty();
            });
            process.ledger().fail(operation);
            shard.offer(inserts(51, 300));
            eventually().untilAsserted(() -> {
                time.advance(Duration.ofMillis(5));
                assertThat(shard.delivery.problem()).contains("ledger is down");
            });
            process.awaitQuiet();
            process.ledger().heal();
            eventually().until(() -> {
                time.advance(Duration.ofMillis(500));
                return shard.delivery.unfinished() == 0;
            });
            shard.awaitPosition(insert(300));

            assertThat(calls).hasSize(300).doesNotHaveDuplicates();
            assertThat(process.world.quarantine.all()).hasSize(30);
            eventually().untilAsserted(() -> assertThat(process.observed.count(RecordOutcome.PROCESSED))
                    .isEqualTo(270));
            assertThat(process.observed.count(RecordOutcome.QUARANTINED)).isEqualTo(30);
            assertThat(process.observed.finished).hasSize(300);
            assertThat(shard.delivery.problem()).isNull();
        }
    }

    @RepeatedTest(5)
    void callsThatFailOrLoseTheirAnswersAtRandomChangeNothing() {
        long seed = System.nanoTime();
        System.out.println("callsThatFailOrLoseTheirAnswersAtRandomChangeNothing: seed " + seed);
        var random = new Random(seed);
        try (var process = process()
                .concurrency(1 + random.nextInt(8))
                .listener("plain", event -> calls.add(event.eventId()))
                .listener("committing", event -> event.commitWith(effect(event.eventId())))
                .listener("failing", event -> {
                    if (new Random(seed + event.eventId().hashCode()).nextInt(50) == 0) {
                        throw new IllegalStateException();
                    }
                })
                .start()) {
            process.ledger().around((operation, keys, call) -> {
                int fate = operation == LedgerOperation.RELEASE ? 9 : random.nextInt(10);
                if (fate == 0) {
                    throw ScriptedLedger.unavailable();
                }
                Object answer = call.get();
                if (fate == 1) {
                    throw ScriptedLedger.unavailable();
                }
                return answer;
            });
            process.open("s").offer(inserts(1, 400)).awaitPosition(insert(400));

            assertThat(calls).as("seed %d", seed).hasSize(400).doesNotHaveDuplicates();
            assertThat(process.world.committed).as("seed %d", seed).hasSize(400).doesNotContainValue(2);
            assertThat(process.observed.finished).as("seed %d", seed).hasSize(400);
        }
    }

    @Test
    void anErrorWithinTheLedgerIsRepeatedAsWell() {
        try (var process =
                process().listener("a", event -> calls.add(event.eventId())).start()) {
            process.ledger()
                    .before(
                            () -> {
                                process.ledger().heal();
                                throw new NoClassDefFoundError("claim");
                            },
                            LedgerOperation.CLAIM);
            var shard = process.open("s").offer(insert(1)).awaitPosition(insert(1));
            process.ledger()
                    .before(
                            () -> {
                                process.ledger().heal();
                                throw new NoClassDefFoundError("complete");
                            },
                            LedgerOperation.COMPLETE);
            shard.offer(insert(2)).awaitPosition(insert(2));

            assertThat(calls).hasSize(2);
        }
    }
}
