package io.onlyonce.fake;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.Trigger;

/** Runs tasks on the thread that lets time pass, in order of time; hours pass in milliseconds. Among tasks of the same moment a seed may choose. */
public final class ManualTaskScheduler implements TaskScheduler {

    private final List<Task> tasks = new ArrayList<>();
    private final @Nullable Random choice;
    private final WallClock clock;
    private long nanos;
    private long order;
    private boolean shutDown;

    /** Time starts at some moment. */
    public ManualTaskScheduler() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    public ManualTaskScheduler(Instant start) {
        this(start, null);
    }

    public ManualTaskScheduler(Instant start, @Nullable Random choice) {
        this.clock = new WallClock(start);
        this.choice = choice;
    }

    @Override
    public Clock getClock() {
        return clock;
    }

    /** Time that never jumps. */
    public synchronized long nanoTime() {
        return nanos;
    }

    /** For how long each scheduled task still has to wait, shortest first. */
    public synchronized List<Duration> delays() {
        return tasks.stream()
                .filter(task -> !task.cancelled)
                .map(task -> Duration.ofNanos(task.due - nanos))
                .sorted()
                .toList();
    }

    /** Sets the wall clock forward or back. */
    public void jump(Duration by) {
        clock.start = clock.start.plus(by);
    }

    /** Refuses tasks from now on, as a closed context does. */
    public synchronized void shutDown() {
        shutDown = true;
        tasks.clear();
    }

    /** Forgets all tasks, as a crash does. */
    public synchronized void forgetAll() {
        tasks.clear();
    }

    /** Lets time pass and runs what becomes due. */
    public void advance(Duration by) {
        long until = nanoTime() + by.toNanos();
        Task task;
        while ((task = next(until)) != null) {
            task.action.run();
        }
        synchronized (this) {
            nanos = Math.max(nanos, until);
        }
    }

    /** Lets time pass in small steps until a condition holds, at most for a while; whether it came to hold. */
    public boolean advanceUntil(BooleanSupplier condition, Duration atMost) {
        long until = nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean() && nanoTime() < until) {
            advance(Duration.ofMillis(10));
        }
        return condition.getAsBoolean();
    }

    private synchronized @Nullable Task next(long until) {
        tasks.removeIf(task -> task.cancelled);
        var first = tasks.stream()
                .min(Comparator.comparingLong((Task task) -> task.due).thenComparingLong(task -> task.order))
                .orElse(null);
        if (first == null || first.due > until) {
            return null;
        }
        nanos = Math.max(nanos, first.due);
        if (choice != null) {
            var due = tasks.stream().filter(task -> task.due <= nanos).toList();
            first = due.get(choice.nextInt(due.size()));
        }
        tasks.remove(first);
        return first;
    }

    @Override
    public synchronized ScheduledFuture<?> schedule(Runnable action, Instant at) {
        if (shutDown) {
            throw new TaskRejectedException("shut down");
        }
        var task = new Task(
                action,
                nanos + Math.max(0, Duration.between(clock.instant(), at).toNanos()),
                order++);
        tasks.add(task);
        return task;
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, Trigger trigger) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, Instant startTime, Duration period) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, Duration period) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, Instant startTime, Duration delay) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, Duration delay) {
        throw new UnsupportedOperationException();
    }

    private final class WallClock extends Clock {

        private volatile Instant start;

        private WallClock(Instant start) {
            this.start = start;
        }

        @Override
        public Instant instant() {
            return start.plusNanos(nanoTime());
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private static final class Task implements ScheduledFuture<Object> {

        private final Runnable action;
        private final long due;
        private final long order;
        private volatile boolean cancelled;

        private Task(Runnable action, long due, long order) {
            this.action = action;
            this.due = due;
            this.order = order;
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            cancelled = true;
            return true;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public boolean isDone() {
            return cancelled;
        }

        @Override
        public Object get() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object get(long timeout, TimeUnit unit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long getDelay(TimeUnit unit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(due, ((Task) other).due);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }
}
