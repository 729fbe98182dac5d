package io.onlyonce.publication;

import io.onlyonce.SettableClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.Trigger;

/** Scheduler whose time, wall clock and ticker alike, stands still until a test moves it. */
final class ManualScheduler implements TaskScheduler {

    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final Instant start = clock.instant();
    private final PriorityQueue<Task> tasks = new PriorityQueue<>(Comparator.comparing(Task::due));

    private final class Task extends FutureTask<Void> implements ScheduledFuture<Void> {

        private final Instant due;

        Task(Runnable work, Instant due) {
            super(work, null);
            this.due = due;
        }

        Instant due() {
            return due;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(Duration.between(clock.instant(), due));
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }

    /** Moves on, and runs on the calling thread what falls due, each at its time. */
    void advance(Duration duration) {
        Instant end = clock.instant().plus(duration);
        Task next = takeDue(end);
        while (next != null) {
            clock.advance(Duration.between(clock.instant(), next.due()));
            next.run();
            next = takeDue(end);
        }
        clock.advance(Duration.between(clock.instant(), end));
    }

    private synchronized Task takeDue(Instant end) {
        return tasks.isEmpty() || tasks.peek().due().isAfter(end) ? null : tasks.remove();
    }

    /** For how long each scheduled task still has to wait, shortest first. */
    synchronized List<Duration> delays() {
        return tasks.stream()
                .map(task -> Duration.between(clock.instant(), task.due()))
                .sorted()
                .toList();
    }

    /** Monotonic clock in nanoseconds. */
    long nanoTime() {
        return Duration.between(start, clock.instant()).toNanos();
    }

    @Override
    public Clock getClock() {
        return clock;
    }

    @Override
    public synchronized ScheduledFuture<?> schedule(Runnable work, Instant startTime) {
        var task = new Task(work, startTime.isBefore(clock.instant()) ? clock.instant() : startTime);
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
}
