package io.onlyonce.kcl;

import io.onlyonce.GapDetected;
import io.onlyonce.ShardCompleted;
import io.onlyonce.engine.Clocks;
import io.onlyonce.engine.GapLog;
import io.onlyonce.engine.TableSource;
import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.publication.ConsumerListener.PollResult;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A consumed table in this process: the shards that are open here, whether they may be read, and what was lost. */
final class ConsumedTable {

    /** Whether the table is read, and if not, why. */
    enum Hold {
        NONE,
        PAUSED,
        HALTED
    }

    private final TableSource source;
    private final ConsumerListener listener;
    private final boolean haltOnGap;
    private final Clocks clocks;
    private final LeaseWatch leaseWatch;
    private final GapLog gaps = new GapLog();
    private final Map<ShardKey, OpenShard> open = new ConcurrentHashMap<>();
    private final Map<ShardKey, ShardReads> reads = new ConcurrentHashMap<>();
    private final Map<String, Instant> starts = new ConcurrentHashMap<>();
    private volatile Hold hold = Hold.NONE;
    private volatile @Nullable String streamArn;
    private volatile @Nullable String problem;

    ConsumedTable(
            TableSource source, ConsumerListener listener, boolean haltOnGap, LeaseWatch leaseWatch, Clocks clocks) {
        this.source = source;
        this.listener = listener;
        this.haltOnGap = haltOnGap;
        this.leaseWatch = leaseWatch;
        this.clocks = clocks;
        this.streamArn = source.streamArn();
    }

    TableSource source() {
        return source;
    }

    String name() {
        return source.table();
    }

    /** Stream of which new shards are looked for; absent until it is known. */
    @Nullable String streamArn() {
        return streamArn;
    }

    void streamArn(String newStreamArn) {
        streamArn = newStreamArn;
        problem = null;
    }

    @Nullable String problem() {
        return problem;
    }

    void problem(@Nullable String newProblem) {
        problem = newProblem;
    }

    /** Records of a stream that were created before {@code since} are passed over. */
    void startAt(String stream, Instant since) {
        starts.put(stream, since);
    }

    /** Opens a shard for KCL, after whatever session of it was open before. */
    OpenShard open(ShardKey key, @Nullable String checkpoint, WorkerContext worker) {
        var progress = new ShardProgress(leaseWatch.unheldSince(key), clocks);
        return open.compute(key, (sameKey, before) -> {
            CompletableFuture<Void> predecessor = before == null
                    ? CompletableFuture.completedFuture(null)
                    : before.session().close();
            var session = new ShardSession(source.path(), key.shardId(), predecessor, progress, clocks);
            return new OpenShard(
                    this, key, session, progress, reads(key), checkpoint, starts.get(key.stream()), worker, clocks);
        });
    }

    /** Tells of a shard whose parents are processed that nothing of it was. A parent that nobody knows was not missed by anyone either. */
    void beginsBehindItsParents(ShardKey key, String stream, WorkerContext worker) {
        var lease = worker.held(key);
        if (lease != null
                && lease.parentShardIds().stream()
                        .anyMatch(parent -> leaseWatch.knows(new ShardKey(key.stream(), new ShardId(parent))))) {
            begins(key, stream);
        }
    }

    /** Reports a gap if the first records of a shard of which nothing was processed may have been trimmed by now. AWS says nothing then: the shard just seems to begin later. */
    void begins(ShardKey key, String stream) {
        var begin = key.shardId().createdAt();
        var since = starts.get(key.stream());
        if (begin != null && since != null && since.isAfter(begin)) {
            begin = since;
        }
        if (begin != null && clocks.since(begin).compareTo(TableReport.RETENTION) > 0) {
            gap(GapDetected.Reason.TRIMMED, stream, key.shardId(), null);
        }
    }

    boolean isOpen(OpenShard shard) {
        return open.get(shard.key()) == shard;
    }

    Collection<OpenShard> openShards() {
        return List.copyOf(open.values());
    }

    /** KCL is done with a shard. It is remembered until nothing of it is in hand any more, because another session of it has to wait for that. */
    CompletableFuture<Void> leave(OpenShard shard) {
        return shard.end().whenComplete((done, failure) -> {
            if (open.remove(shard.key(), shard)) {
                reads.remove(shard.key());
            }
        });
    }

    /** How the reading of a shard goes, which may vanish before it is opened. */
    ShardReads reads(ShardKey key) {
        return reads.computeIfAbsent(key, unused -> new ShardReads(clocks));
    }

    /** AWS answered a read. It may be a late one of a shard that was left, of which nobody wants to know any more. */
    void answered(ShardKey key, boolean success) {
        var known = reads.get(key);
        if (known != null && success) {
            known.succeeded();
        } else if (known != null) {
            known.answered();
        }
    }

    void polled(PollResult result) {
        listener.polled(name(), result);
    }

    /** A shard was processed to its end, or, if it vanished, given up. */
    void completed(OpenShard shard, boolean vanished) {
        var unused = leave(shard);
        if (!vanished) {
            listener.shardCompleted(new ShardCompleted(name(), shard.key().shardId()));
        }
    }

    /** Reports a gap, once, and stops the table if that is what was configured. */
    void gap(GapDetected.Reason reason, String stream, @Nullable ShardId shardId, @Nullable SequenceNumber after) {
        var gap = new GapDetected(name(), reason, stream, shardId, after, null, clocks.now());
        if (gaps.add(gap)) {
            if (haltOnGap && hold == Hold.NONE) {
                hold = Hold.HALTED;
            }
            listener.gapDetected(gap);
        }
    }

    Hold hold() {
        return hold;
    }

    boolean isHeld() {
        return hold != Hold.NONE;
    }

    /** Takes nothing more in hand. Completes when nothing is in hand any more. */
    CompletableFuture<Void> pause() {
        hold = Hold.PAUSED;
        return CompletableFuture.allOf(
                openShards().stream().map(shard -> shard.session().close()).toArray(CompletableFuture[]::new));
    }

    /** Goes on from the checkpoints. */
    void resume() {
        hold = Hold.NONE;
        for (var shard : openShards()) {
            if (shard.session().isOver()) {
                shard.reopen();
            }
        }
    }

    /** Leaves all shards. Completes when nothing is in hand any more. */
    CompletableFuture<Void> end() {
        return CompletableFuture.allOf(openShards().stream().map(this::leave).toArray(CompletableFuture[]::new));
    }
}
