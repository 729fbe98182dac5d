package io.onlyonce.kcl;

import io.onlyonce.engine.Clocks;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseCoordinator;

/** What the shards of one worker share: the leases that it holds, and whether it is to stop. */
final class WorkerContext {

    /** How long a shard that is handed over waits for the records in hand; within KCL's own patience, so that the checkpoint comes before the lease goes. */
    static final Duration HANDOFF_PATIENCE = Duration.ofSeconds(20);

    private final Clocks clocks;
    private final String workerId;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile long stopDeadline;
    private volatile @Nullable LeaseCoordinator coordinator;

    WorkerContext(String workerId, Clocks clocks) {
        this.workerId = workerId;
        this.clocks = clocks;
    }

    String workerId() {
        return workerId;
    }

    void use(LeaseCoordinator newCoordinator) {
        coordinator = newCoordinator;
    }

    /** The lease of a shard, as long as this worker holds it. Asks memory only. */
    @Nullable Lease held(ShardKey key) {
        var leases = coordinator;
        return leases == null ? null : leases.getCurrentlyHeldLease(key.leaseKey());
    }

    /** Whether a shard may be read on: the lease is held and is not to be handed over, and the worker is not to stop. */
    boolean mayRead(ShardKey key) {
        if (isStopping()) {
            return false;
        }
        var lease = held(key);
        return lease != null && !lease.shutdownRequested();
    }

    /** Lets go of a lease in memory. KCL makes sure by its table that this worker still holds it, and then opens the shard anew from its checkpoint. */
    void reopen(ShardKey key) {
        if (!isStopping()) {
            drop(key);
        }
    }

    /** Lets go of a lease in memory, so that KCL does nothing more about its shard. */
    void drop(ShardKey key) {
        var leases = coordinator;
        var lease = held(key);
        if (leases != null && lease != null) {
            leases.dropLease(lease);
        }
    }

    void stop(Duration timeout) {
        stopDeadline = clocks.nanos() + timeout.toNanos();
        stopping.countDown();
    }

    boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /** Waits until the worker is to stop, or until {@code patience} has passed. */
    void awaitStop(Duration patience) throws InterruptedException {
        var unused = stopping.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** How long a shard that ends may wait for its records in hand. */
    Duration patience() {
        return isStopping() ? Duration.ofNanos(stopDeadline - clocks.nanos()) : HANDOFF_PATIENCE;
    }
}
