package io.onlyonce.polling;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.TaskScheduler;

/** Runs tasks one after the other on threads of the scheduler; what a task leaves behind is visible to the next. A task that throws is logged and ends. */
final class SerialTasks {

    private static final Logger log = LoggerFactory.getLogger(SerialTasks.class);

    private final TaskScheduler scheduler;
    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean draining = new AtomicBoolean();

    SerialTasks(TaskScheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Runs a task soon, on a thread of the scheduler; on this one where the scheduler has been shut down, because the last checkpoints are still to be written then. */
    void run(Runnable task) {
        queue.add(task);
        if (draining.get()) {
            return;
        }
        try {
            var unused = scheduler.schedule(this::drain, scheduler.getClock().instant());
        } catch (TaskRejectedException e) {
            drain();
        }
    }

    /** Runs a task on this thread, or on the one that runs tasks at the moment. */
    void runHere(Runnable task) {
        queue.add(task);
        drain();
    }

    /** Runs a task later; never, if the scheduler has been shut down. */
    void after(Duration delay, Runnable task) {
        var unused = timer(delay, task);
    }

    /** As {@link #after}, for a task that may be cancelled. */
    @Nullable ScheduledFuture<?> timer(Duration delay, Runnable task) {
        try {
            return scheduler.schedule(
                    () -> runHere(task), scheduler.getClock().instant().plus(delay));
        } catch (TaskRejectedException e) {
            return null;
        }
    }

    private void drain() {
        do {
            if (!draining.compareAndSet(false, true)) {
                return;
            }
            try {
                Runnable task;
                while ((task = queue.poll()) != null) {
                    runLogged(task);
                }
            } finally {
                draining.set(false);
            }
        } while (!queue.isEmpty());
    }

    private static void runLogged(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            log.error("Unexpected failure of a polling task", e);
        }
    }
}
