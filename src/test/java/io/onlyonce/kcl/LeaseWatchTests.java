package io.onlyonce.kcl;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.engine.Clocks;
import io.onlyonce.fake.SlowRecordPath;
import io.onlyonce.stream.ShardId;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.MultiStreamLease;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

class LeaseWatchTests {

    private static final String STREAM = "123456789012:eu-central-1$123456789012$orders$2026-01-01T00_00_00.000:1";

    private final AtomicLong nanos = new AtomicLong();
    private final Clocks clocks = new Clocks(Clock.systemUTC(), nanos::get);
    private final LeaseWatch watch = new LeaseWatch(Duration.ofSeconds(30), clocks);
    private final TableReport report = new TableReport(watch, Duration.ofSeconds(1), clocks);

    @Test
    void leaseWhoseCounterMovesIsHeld() {
        for (long counter = 0; counter < 10; counter++) {
            watch.observe(List.of(lease("shard-1", counter, ExtendedSequenceNumber.TRIM_HORIZON)));
            pass(Duration.ofSeconds(10));
        }

        assertThat(watch.of("orders")).singleElement().matches(lease -> !watch.isUnheld(lease));
        assertThat(watch.unheldSince(new ShardKey(STREAM, new ShardId("shard-1"))))
                .isEqualTo(nanos.get());
    }

    @Test
    void leaseThatStandsStillIsHeldByNobody() {
        watch.observe(List.of(lease("shard-1", 7, ExtendedSequenceNumber.TRIM_HORIZON)));
        long lastMove = nanos.get();
        pass(Duration.ofSeconds(31));
        watch.observe(List.of(lease("shard-1", 7, ExtendedSequenceNumber.TRIM_HORIZON)));

        assertThat(watch.of("orders")).singleElement().matches(watch::isUnheld);
        assertThat(watch.unheldSince(new ShardKey(STREAM, new ShardId("shard-1"))))
                .isEqualTo(lastMove);
    }

    @Test
    void tableWithoutReadableShardIsIdle() {
        watch.observe(List.of(lease("shard-1", 7, ExtendedSequenceNumber.SHARD_END)));
        assertThat(watch.idleFor("orders")).isZero();
        pass(Duration.ofSeconds(40));

        assertThat(watch.idleFor("orders")).isEqualTo(Duration.ofSeconds(40));
        watch.observe(List.of(lease("shard-2", 0, ExtendedSequenceNumber.TRIM_HORIZON)));
        assertThat(watch.idleFor("orders")).isZero();
    }

    @Test
    void whatWasNotSeenForLongIsUnknown() {
        watch.observe(List.of(lease("shard-1", 7, ExtendedSequenceNumber.TRIM_HORIZON)));
        pass(Duration.ofSeconds(29));
        assertThat(watch.idleFor("orders")).isZero();
        pass(Duration.ofSeconds(2));

        assertThat(watch.idleFor("orders")).isEqualTo(Duration.ofSeconds(31));
    }

    @Test
    void lagOfATableCountsShardsThatNobodyReads() {
        var table = new ConsumedTable(
                KclFixture.source("orders", new SlowRecordPath(Duration.ZERO)),
                new io.onlyonce.publication.ConsumerListener() {},
                false,
                watch,
                clocks);
        var worker = new WorkerContext("worker", clocks);
        watch.observe(List.of(
                lease("shard-1", 7, ExtendedSequenceNumber.TRIM_HORIZON),
                lease("shard-2", 7, ExtendedSequenceNumber.TRIM_HORIZON)));
        pass(Duration.ofSeconds(60));
        watch.observe(List.of(
                lease("shard-1", 7, ExtendedSequenceNumber.TRIM_HORIZON),
                lease("shard-2", 8, ExtendedSequenceNumber.TRIM_HORIZON)));

        var status = report.of(table, io.onlyonce.engine.ConsumerStatus.State.RUNNING, worker);

        assertThat(status.iteratorLag()).isEqualTo(Duration.ofSeconds(60));
        assertThat(status.shards()).singleElement().satisfies(shard -> {
            assertThat(shard.id()).isEqualTo("shard-1");
            assertThat(shard.problem()).contains("60 s");
        });
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static Lease lease(String shardId, long counter, ExtendedSequenceNumber checkpoint) {
        var lease = new MultiStreamLease();
        lease.leaseKey(MultiStreamLease.getLeaseKey(STREAM, shardId));
        lease.streamIdentifier(STREAM);
        lease.shardId(shardId);
        lease.leaseCounter(counter);
        lease.checkpoint(checkpoint);
        return lease;
    }
}
