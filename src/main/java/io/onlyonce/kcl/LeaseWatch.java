package io.onlyonce.kcl;

import io.onlyonce.engine.Clocks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.MultiStreamLease;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * What the lease table shows of all shards, those of other workers included. A lease that is held moves its counter every few seconds. By this one notices that nobody reads a shard, which no reader of a shard can tell.
 */
final class LeaseWatch {

    /**
     * A lease as it was last seen.
     *
     * @param lease lease
     * @param movedNanos when its counter was first seen at its present value
     */
    record Seen(MultiStreamLease lease, long movedNanos) {

        ShardKey key() {
            return ShardKey.of(lease);
        }

        boolean isFinished() {
            return ExtendedSequenceNumber.SHARD_END.equals(lease.checkpoint());
        }

        @Nullable String parent() {
            return lease.parentShardIds().stream().findFirst().orElse(null);
        }
    }

    private final Duration patience;
    private final Clocks clocks;
    private final Map<String, Long> idleSince = new HashMap<>();
    private Map<ShardKey, Seen> seen = Map.of();
    private long observedNanos;

    /**
     * Begins to watch.
     *
     * @param patience for how long a lease may stand still before it counts as held by nobody
     */
    LeaseWatch(Duration patience, Clocks clocks) {
        this.patience = patience;
        this.clocks = clocks;
        this.observedNanos = clocks.nanos();
    }

    /** Takes over a complete list of leases. */
    synchronized void observe(List<Lease> leases) {
        long now = clocks.nanos();
        var next = new HashMap<ShardKey, Seen>();
        for (var each : leases) {
            var lease = (MultiStreamLease) each;
            var before = seen.get(ShardKey.of(lease));
            long movedNanos = before != null && before.lease.leaseCounter().equals(lease.leaseCounter())
                    ? before.movedNanos
                    : now;
            next.put(ShardKey.of(lease), new Seen(lease, movedNanos));
        }
        seen = next;
        observedNanos = now;
    }

    /** Leases of a table. */
    synchronized List<Seen> of(String table) {
        var ofTable = new ArrayList<Seen>();
        for (var lease : seen.values()) {
            if (StreamNames.table(lease.lease.streamIdentifier()).equals(table)) {
                ofTable.add(lease);
            }
        }
        return ofTable;
    }

    /** Whether the lease of a shard was last seen to exist. */
    synchronized boolean knows(ShardKey key) {
        return seen.containsKey(key);
    }

    /** From when on nobody has read a shard; the present if somebody does. */
    synchronized long unheldSince(ShardKey key) {
        var lease = seen.get(key);
        return lease != null && isUnheld(lease) ? lease.movedNanos : clocks.nanos();
    }

    /** Whether the lease of a shard was last seen with another owner than {@code workerId}. */
    synchronized boolean isTaken(ShardKey key, String workerId) {
        var lease = seen.get(key);
        return lease != null
                && lease.lease.leaseOwner() != null
                && !lease.lease.leaseOwner().equals(workerId);
    }

    boolean isUnheld(Seen lease) {
        return clocks.since(lease.movedNanos).compareTo(patience) > 0;
    }

    /** For how long a table has had no shard to be read, or nothing has been known of it; zero if neither is so. */
    synchronized Duration idleFor(String table) {
        boolean readable = of(table).stream().anyMatch(lease -> !lease.isFinished());
        if (readable) {
            idleSince.remove(table);
            var unknown = clocks.since(observedNanos);
            return unknown.compareTo(patience) > 0 ? unknown : Duration.ZERO;
        }
        return clocks.since(idleSince.computeIfAbsent(table, unused -> clocks.nanos()));
    }
}
