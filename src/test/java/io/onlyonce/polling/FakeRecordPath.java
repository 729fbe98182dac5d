package io.onlyonce.polling;

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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.TaskScheduler;

/** A record path that finishes records when it is told to: after a delay, or not at all while a shard is held. */
final class FakeRecordPath implements RecordPath {

    /** A record that was offered or finished. */
    record Seen(String shard, String number) {}

    private final TaskScheduler scheduler;
    private final Map<String, Delivery> open = new LinkedHashMap<>();
    private final Map<String, Boolean> held = new HashMap<>();
    private final List<Seen> offered = new ArrayList<>();
    private final List<Seen> finished = new ArrayList<>();
    private final Map<String, List<String>> offeredOf = new HashMap<>();
    private final Map<String, List<String>> finishedOf = new HashMap<>();
    private final List<String> violations = new ArrayList<>();
    private Duration delay = Duration.ZERO;
    private IntUnaryOperator finishedAtOnce = unfinished -> unfinished;
    private @Nullable Runnable refusal;

    FakeRecordPath(TaskScheduler scheduler) {
        this.scheduler = scheduler;
    }

    @Override
    public synchronized ShardDelivery open(ShardId shardId, ShardDelivery.Callback callback) {
        var delivery = new Delivery(shardId.value(), callback);
        if (open.put(shardId.value(), delivery) != null) {
            violations.add(shardId + " is open already");
        }
        return delivery;
    }

    /** Records take as long as this. */
    synchronized void finishAfter(Duration duration) {
        delay = duration;
    }

    /** How many of the unfinished records are finished together. */
    synchronized void finishAtOnce(IntUnaryOperator count) {
        finishedAtOnce = count;
    }

    /** Finishes nothing of a shard, or goes on. */
    synchronized void hold(String shard, boolean hold) {
        held.put(shard, hold);
        var delivery = open.get(shard);
        if (!hold && delivery != null) {
            delivery.schedule();
        }
    }

    synchronized void loseClaim(String shard) {
        var delivery = open.get(shard);
        delivery.lost = true;
        var unused = scheduler.schedule(
                delivery.callback::claimLost, scheduler.getClock().instant());
    }

    /** The next offer throws what {@code throwing} does. */
    synchronized void refuseNext(Runnable throwing) {
        refusal = throwing;
    }

    /** As a crash leaves it. */
    synchronized void crash() {
        open.clear();
    }

    synchronized List<String> openShards() {
        return List.copyOf(open.keySet());
    }

    synchronized List<Seen> offered() {
        return List.copyOf(offered);
    }

    synchronized List<String> offered(String shard) {
        return List.copyOf(offeredOf.getOrDefault(shard, List.of()));
    }

    synchronized List<Seen> finished() {
        return List.copyOf(finished);
    }

    synchronized List<String> finished(String shard) {
        return List.copyOf(finishedOf.getOrDefault(shard, List.of()));
    }

    private static void note(String shard, StreamRecord record, List<Seen> all, Map<String, List<String>> byShard) {
        var number = record.sequenceNumber().digits();
        all.add(new Seen(shard, number));
        byShard.computeIfAbsent(shard, unseen -> new ArrayList<>()).add(number);
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    private final class Delivery implements ShardDelivery {

        private final String shard;
        private final Callback callback;
        private final Deque<StreamRecord> queue = new ArrayDeque<>();
        private boolean scheduled;
        private boolean closed;
        private boolean lost;

        private Delivery(String shard, Callback callback) {
            this.shard = shard;
            this.callback = callback;
        }

        @Override
        public void offer(List<StreamRecord> records) {
            synchronized (FakeRecordPath.this) {
                var refused = refusal;
                if (refused != null) {
                    refusal = null;
                    refused.run();
                }
                if (closed) {
                    violations.add(shard + " was offered records when closed");
                }
                for (var record : records) {
                    queue.add(record);
                    note(shard, record, offered, offeredOf);
                }
                schedule();
            }
        }

        @Override
        public void passOver(List<StreamRecord> records) {}

        private void schedule() {
            if (!scheduled && !queue.isEmpty() && !closed && !lost && !held.getOrDefault(shard, false)) {
                scheduled = true;
                var unused = scheduler.schedule(
                        this::finish, scheduler.getClock().instant().plus(delay));
            }
        }

        private void finish() {
            Position.After position = null;
            synchronized (FakeRecordPath.this) {
                scheduled = false;
                if (closed || lost || held.getOrDefault(shard, false) || open.get(shard) != this) {
                    return;
                }
                int count = finishedAtOnce.applyAsInt(queue.size());
                for (int i = 0; i < count; i++) {
                    var record = queue.remove();
                    note(shard, record, finished, finishedOf);
                    position = new Position.After(record.sequenceNumber(), record.createdAt());
                }
                schedule();
            }
            if (position != null) {
                callback.progressed(position);
            }
        }

        @Override
        public int unfinished() {
            synchronized (FakeRecordPath.this) {
                return queue.size();
            }
        }

        @Override
        public @Nullable Instant oldestUnfinished() {
            synchronized (FakeRecordPath.this) {
                return queue.isEmpty() ? null : queue.peek().createdAt();
            }
        }

        @Override
        public @Nullable String problem() {
            synchronized (FakeRecordPath.this) {
                return held.getOrDefault(shard, false) ? "A listener fails" : null;
            }
        }

        @Override
        public Duration runningFor() {
            return Duration.ZERO;
        }

        @Override
        public CompletableFuture<Void> close() {
            synchronized (FakeRecordPath.this) {
                closed = true;
                open.remove(shard, this);
                return CompletableFuture.completedFuture(null);
            }
        }
    }
}
