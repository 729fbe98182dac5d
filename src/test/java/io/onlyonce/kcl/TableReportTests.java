package io.onlyonce.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.onlyonce.engine.Clocks;
import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import io.onlyonce.fake.SlowRecordPath;
import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.stream.ShardId;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.leases.LeaseCoordinator;
import software.amazon.kinesis.leases.MultiStreamLease;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** A shard is listed by the process that holds its lease, whether or not KCL has come round to tell the others that they have lost it. */
class TableReportTests {

    private static final String STREAM = "123456789012:eu-central-1$123456789012$orders$2026-01-01T00_00_00.000:1";
    private static final ShardKey KEY = new ShardKey(STREAM, new ShardId("shard-1"));

    private final AtomicLong nanos = new AtomicLong();
    private final Clocks clocks = new Clocks(Clock.systemUTC(), nanos::get);
    private final LeaseWatch watch = new LeaseWatch(Duration.ofSeconds(30), clocks);
    private final TableReport report = new TableReport(watch, Duration.ofSeconds(1), clocks);
    private final LeaseCoordinator coordinator = mock();
    private final WorkerContext worker = new WorkerContext("worker", clocks);
    private final ConsumedTable table = new ConsumedTable(
            KclFixture.source("orders", new SlowRecordPath(Duration.ZERO)),
            new ConsumerListener() {},
            false,
            watch,
            clocks);
    private long counter;

    @Test
    void shardWhoseLeaseIsHeldIsBeingRead() {
        open();
        observeOwner("worker");

        assertThat(status().shards()).singleElement().matches(shard -> shard.state() == ShardState.READING);
    }

    @Test
    void shardWhoseLeaseHasMovedIsNotListedThoughKclHasNotSaidSo() {
        open();
        lose();
        pass(Duration.ofMinutes(2));
        observeOwner("other");

        assertThat(table.openShards()).hasSize(1);
        assertThat(status().shards()).isEmpty();
        assertThat(status().iteratorLag()).isZero();
    }

    @Test
    void shardWhoseLeaseHasRunOutIsNotListedAndKeepsItsLagUntilAnotherHoldsIt() {
        open();
        observeOwner("worker");
        lose();
        pass(Duration.ofSeconds(20));

        assertThat(status().shards()).isEmpty();
        assertThat(status().iteratorLag()).isEqualTo(Duration.ofSeconds(20));
        pass(Duration.ofSeconds(20));
        assertThat(status().shards())
                .singleElement()
                .matches(shard -> shard.problem() != null && shard.state() == ShardState.WAITING);
        observeOwner("other");
        assertThat(status().shards()).isEmpty();
        assertThat(status().iteratorLag()).isZero();
    }

    @Test
    void shardThatIsOpenedAnewStaysListed() {
        var shard = open();
        observeOwner("worker");
        shard.reopen();
        lose();

        assertThat(status().shards()).singleElement().matches(listed -> listed.state() == ShardState.READING);
    }

    private OpenShard open() {
        when(coordinator.getCurrentlyHeldLease(anyString())).thenReturn(lease("worker"));
        worker.use(coordinator);
        return table.open(KEY, "TRIM_HORIZON", worker);
    }

    /** As KCL's coordinator sees it: the renewal failed, or came too late. */
    private void lose() {
        when(coordinator.getCurrentlyHeldLease(anyString())).thenReturn(null);
    }

    private void observeOwner(String owner) {
        watch.observe(List.of(lease(owner)));
    }

    private MultiStreamLease lease(String owner) {
        var lease = new MultiStreamLease();
        lease.leaseKey(MultiStreamLease.getLeaseKey(STREAM, "shard-1"));
        lease.streamIdentifier(STREAM);
        lease.shardId("shard-1");
        lease.leaseCounter(counter++);
        lease.leaseOwner(owner);
        lease.checkpoint(ExtendedSequenceNumber.TRIM_HORIZON);
        return lease;
    }

    private TableStatus status() {
        return report.of(table, State.RUNNING, worker);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
