package io.onlyonce.kcl;

import io.onlyonce.engine.Clocks;
import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.engine.ConsumerStatus.ShardStatus;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/** Status of a table from what this process holds and from what the lease table showed last; asks nobody and waits for nobody. */
final class TableReport {

    /** For how long DynamoDB keeps records. */
    static final Duration RETENTION = Duration.ofHours(24);

    private final LeaseWatch leaseWatch;
    private final Duration idleDelay;
    private final Clocks clocks;

    TableReport(LeaseWatch leaseWatch, Duration idleDelay, Clocks clocks) {
        this.leaseWatch = leaseWatch;
        this.idleDelay = idleDelay;
        this.clocks = clocks;
    }

    TableStatus of(ConsumedTable table, State state, @Nullable WorkerContext worker) {
        var open = table.openShards();
        var shards = new ArrayList<ShardStatus>();
        var keys = new HashSet<ShardKey>();
        var lag = worker == null ? Duration.ZERO : leaseWatch.idleFor(table.name());
        var age = lag;
        for (var shard : open) {
            if (shard.isHeld()) {
                keys.add(shard.key());
                shards.add(shard.status(table.isHeld(), parentOf(shard), idleDelay));
            } else if (leaseWatch.isTaken(shard.key(), shard.worker().workerId())) {
                // Whoever has it now says how far it is.
                continue;
            }
            lag = longer(lag, shard.lag());
            var oldest = shard.session().oldestUnfinished();
            age = longer(age, oldest == null ? shard.lag() : clocks.since(oldest));
        }
        for (var lease : leaseWatch.of(table.name())) {
            if (worker != null && !keys.contains(lease.key())) {
                boolean unheld = !lease.isFinished() && leaseWatch.isUnheld(lease);
                var unheldFor = unheld ? clocks.since(lease.movedNanos()) : Duration.ZERO;
                lag = longer(lag, unheldFor);
                age = longer(age, unheldFor);
                boolean own = worker.workerId().equals(lease.lease().leaseOwner());
                if (unheld || (own && (lease.isFinished() || worker.held(lease.key()) != null))) {
                    shards.add(unread(lease, unheldFor));
                }
            }
        }
        return new TableStatus(table.name(), table.streamArn(), state, table.problem(), lag, headroom(age), shards);
    }

    private @Nullable String parentOf(OpenShard shard) {
        var lease = shard.worker().held(shard.key());
        return lease == null
                ? null
                : lease.parentShardIds().stream().findFirst().orElse(null);
    }

    private static ShardStatus unread(LeaseWatch.Seen lease, Duration unheldFor) {
        var checkpoint = lease.lease().checkpoint();
        return new ShardStatus(
                lease.lease().shardId(),
                lease.parent(),
                lease.isFinished() ? ShardState.FINISHED : ShardState.WAITING,
                unheldFor.isZero() ? null : "no process has held its lease for " + unheldFor.toSeconds() + " s",
                checkpoint == null ? null : checkpoint.sequenceNumber(),
                unheldFor,
                null,
                Duration.ZERO,
                Duration.ZERO);
    }

    private static Duration headroom(Duration age) {
        return age.compareTo(RETENTION) < 0 ? RETENTION.minus(age) : Duration.ZERO;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }
}
