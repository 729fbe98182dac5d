package io.onlyonce.backfill;

import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.publication.ConsumerListener.RecordOutcome;
import io.onlyonce.publication.RecordPath;
import io.onlyonce.publication.ShardDelivery;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.ShardId;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A record path that finishes records when a test says so. */
final class HeldPath implements RecordPath {

    final List<StreamRecord> offered = new ArrayList<>();
    final List<StreamRecord> finished = new ArrayList<>();
    private final Map<ShardId, Held> open = new LinkedHashMap<>();
    private final ConsumerListener listener;
    private int violations;

    HeldPath(ConsumerListener listener) {
        this.listener = listener;
    }

    @Override
    public synchronized ShardDelivery open(ShardId shardId, ShardDelivery.Callback callback) {
        var held = new Held(shardId, callback);
        if (open.put(shardId, held) != null) {
            violations++;
        }
        return held;
    }

    /** How often a segment was opened while it was open. */
    synchronized int violations() {
        return violations;
    }

    synchronized int openSegments() {
        return open.size();
    }

    /** Finishes so many records of each segment, or as many as there are. */
    void finish(int count) {
        List<Held> all;
        synchronized (this) {
            all = List.copyOf(open.values());
        }
        all.forEach(held -> held.finish(count));
    }

    void loseClaim(int segment) {
        Held held;
        synchronized (this) {
            held = open.get(new ShardId("backfill-" + segment));
        }
        held.callback.claimLost();
    }

    private final class Held implements ShardDelivery {

        private final ShardId shardId;
        private final Callback callback;
        private final Deque<StreamRecord> records = new ArrayDeque<>();
        private boolean closed;

        private Held(ShardId shardId, Callback callback) {
            this.shardId = shardId;
            this.callback = callback;
        }

        private void finish(int count) {
            StreamRecord last = null;
            synchronized (HeldPath.this) {
                for (int i = 0; i < count && !records.isEmpty() && !closed; i++) {
                    last = records.remove();
                    finished.add(last);
                    listener.backfillFinished("orders", RecordOutcome.PROCESSED);
                }
            }
            if (last != null) {
                callback.progressed(new Position.After(last.sequenceNumber(), last.createdAt()));
            }
        }

        @Override
        public void offer(List<StreamRecord> page) {
            synchronized (HeldPath.this) {
                records.addAll(page);
                offered.addAll(page);
            }
        }

        @Override
        public void passOver(List<StreamRecord> page) {}

        @Override
        public int unfinished() {
            synchronized (HeldPath.this) {
                return records.size();
            }
        }

        @Override
        public @Nullable Instant oldestUnfinished() {
            return null;
        }

        @Override
        public @Nullable String problem() {
            return null;
        }

        @Override
        public Duration runningFor() {
            return Duration.ZERO;
        }

        @Override
        public CompletableFuture<Void> close() {
            synchronized (HeldPath.this) {
                closed = true;
                open.remove(shardId, this);
            }
            return CompletableFuture.completedFuture(null);
        }
    }
}
