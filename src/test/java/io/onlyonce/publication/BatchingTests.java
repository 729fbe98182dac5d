package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.eventually;
import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.TestRecords.insert;
import static io.onlyonce.publication.TestRecords.inserts;
import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.publication.ConsumerListener.LedgerOperation;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchingTests {

    private static void roundTrip() {
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void aThousandRecordsCostFewCallsOfTheLedger(int concurrency) {
        try (var process =
                process().concurrency(concurrency).listener("a", event -> {}).start()) {
            process.ledger().before(BatchingTests::roundTrip, LedgerOperation.CLAIM, LedgerOperation.COMPLETE);
            process.open("s").offer(inserts(1, 1000)).awaitPosition(insert(1000));

            int claims = process.ledger().calls(LedgerOperation.CLAIM).size();
            int completions = process.ledger().calls(LedgerOperation.COMPLETE).size();
            System.out.printf(
                    "1000 records, concurrency %d: %d claim calls, %d complete calls%n",
                    concurrency, claims, completions);
            assertThat(claims).isEqualTo(40);
            assertThat(completions).isLessThanOrEqualTo(45);
            assertThat(process.ledger().keys(LedgerOperation.COMPLETE))
                    .hasSize(1000)
                    .doesNotHaveDuplicates();
            assertThat(process.ledger().calls(LedgerOperation.SAVE_PROGRESS)).isEmpty();
        }
    }

    @Test
    void noMoreThanAHundredClaimsGoAhead() {
        var go = new CountDownLatch(1);
        try (var process = process().listener("a", event -> go.await()).start()) {
            var shard = process.open("s").offer(inserts(1, 1000));
            eventually().until(() -> !shard.delivery.runningFor().isZero());
            process.awaitLedgerQuiet();

            assertThat(process.ledger().keys(LedgerOperation.CLAIM)).hasSize(100);
            go.countDown();
            shard.awaitPosition(insert(1000));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void noMoreThanAHundredRecordsAwaitTheirCompletion(int concurrency) {
        var go = new CountDownLatch(1);
        var begun = new AtomicInteger();
        try (var process = process()
                .concurrency(concurrency)
                .listener("a", event -> begun.incrementAndGet())
                .start()) {
            process.ledger().before(() -> eventually().until(() -> go.getCount() == 0), LedgerOperation.COMPLETE);
            var shard = process.open("s").offer(inserts(1, 1000));
            eventually().until(() -> begun.get() >= 100);
            process.awaitWorkersQuiet();

            assertThat(begun).hasValue(100);
            go.countDown();
            shard.awaitPosition(insert(1000));
        }
    }

    @Test
    void aSmallPageIsClaimedAtOnce() {
        try (var process = process().listener("a", event -> {}).start()) {
            var shard = process.open("s");
            for (int n = 1; n <= 10; n++) {
                shard.offer(insert(n)).awaitPosition(insert(n));
            }

            assertThat(process.ledger().calls(LedgerOperation.CLAIM)).hasSize(10);
        }
    }
}
