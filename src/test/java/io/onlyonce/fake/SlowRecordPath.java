package io.onlyonce.fake;

import io.onlyonce.publication.RecordPath;
import io.onlyonce.publication.ShardDelivery;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.ShardId;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A record path whose records finish in order, each a while after it was offered, or when the test lets it. */
public final class SlowRecordPath implements RecordPath {

    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2, task -> {
        var thread = new Thread(task, "slow-record-path");
        thread.setDaemon(true);
        return thread;
    });
    private final Duration duration;
    private final List<StreamRecord> finished = Collections.synchronizedList(new ArrayList<>());
    private final List<SlowDelivery> open = Collections.synchronizedList(new ArrayList<>());
    private final List<StreamRecord> passedOver = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger opened = new AtomicInteger();
    private volatile boolean blocked;
    private volatile @Nullable RuntimeException failure;

    public SlowRecordPath(Duration duration) {
        this.duration = duration;
    }

    /** From now on nothing finishes. */
    public void block() {
        blocked = true;
    }

    public void unblock() {
        blocked = false;
        List.copyOf(open).forEach(SlowDelivery::goOn);
    }

    /** From now on opening fails; not any more if absent. */
    public void failWith(@Nullable RuntimeException newFailure) {
        failure = newFailure;
    }

    public List<StreamRecord> finished() {
        synchronized (finished) {
            return List.copyOf(finished);
        }
    }

    public List<String> finishedIds() {
        return ids(finished());
    }

    public List<String> passedOverIds() {
        return ids(List.copyOf(passedOver));
    }

    private static List<String> ids(List<StreamRecord> records) {
        return records.stream().map(record -> record.keys().get("id").s()).toList();
    }

    public int opened() {
        return opened.get();
    }

    public List<SlowDelivery> open() {
        synchronized (open) {
            return List.copyOf(open);
        }
    }

    @Override
    public ShardDelivery open(ShardId shardId, ShardDelivery.Callback callback) {
        var failsWith = failure;
        if (failsWith != null) {
            throw failsWith;
        }
        opened.incrementAndGet();
        var delivery = new SlowDelivery(shardId, callback);
        open.add(delivery);
        return delivery;
    }

    public final class SlowDelivery implements ShardDelivery {

        private final ShardId shardId;
        private final Callback callback;
        private final ArrayDeque<StreamRecord> window = new ArrayDeque<>();
        private final CompletableFuture<Void> closing = new CompletableFuture<>();
        private boolean running;
        private boolean closed;

        private SlowDelivery(ShardId shardId, Callback callback) {
            this.shardId = shardId;
            this.callback = callback;
        }

        public ShardId shardId() {
            return shardId;
        }

        public void loseClaim() {
            timer.execute(callback::claimLost);
        }

        @Override
        public synchronized void offer(List<StreamRecord> records) {
            if (!closed) {
                window.addAll(records);
                goOn();
            }
        }

        @Override
        public void passOver(List<StreamRecord> records) {
            passedOver.addAll(records);
        }

        private synchronized void goOn() {
            if (!running && !blocked && !closed && !window.isEmpty()) {
                running = true;
                var unused = timer.schedule(this::finish, duration.toMillis(), TimeUnit.MILLISECONDS);
            }
        }

        private void finish() {
            StreamRecord record;
            synchronized (this) {
                record = window.remove();
                finished.add(record);
            }
            callback.progressed(new Position.After(record.sequenceNumber(), record.createdAt()));
            synchronized (this) {
                running = false;
                goOn();
                if (closed && !running) {
                    end();
                }
            }
        }

        private void end() {
            open.remove(this);
            closing.complete(null);
        }

        @Override
        public synchronized int unfinished() {
            return window.size();
        }

        @Override
        public synchronized @Nullable Instant oldestUnfinished() {
            var oldest = window.peek();
            return oldest == null ? null : oldest.createdAt();
        }

        @Override
        public @Nullable String problem() {
            return blocked ? "blocked by the test" : null;
        }

        @Override
        public Duration runningFor() {
            return Duration.ZERO;
        }

        @Override
        public synchronized CompletableFuture<Void> close() {
            if (!closed) {
                closed = true;
                if (!running) {
                    end();
                }
            }
            return closing;
        }
    }
}
