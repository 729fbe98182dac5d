package io.onlyonce.publication;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.TaskScheduler;

/**
 * Threads of a consumer. Listeners have their own, so that those that hang keep neither completions of others from being written nor shards of others from being read. Threads that take no more tasks drop
 * them, because the process ends then: what a listener that was interrupted leaves undone stays claimed in the ledger, and the next process delivers it again.
 */
public final class DeliveryThreads {

    private static final Logger log = LoggerFactory.getLogger(DeliveryThreads.class);

    private final Executor workers;
    private final Executor ledger;
    private final TaskScheduler timers;
    private final AtomicBoolean refusalTold = new AtomicBoolean();

    /**
     * Uses threads of the application.
     *
     * @param workers runs listeners; refuses tasks only when the process ends
     * @param ledger runs calls of the ledger, and tells of progress; refuses tasks only when the process ends
     * @param timers runs what waits; its tasks are short
     */
    public DeliveryThreads(Executor workers, Executor ledger, TaskScheduler timers) {
        this.workers = task -> unlessRefused(() -> workers.execute(task));
        this.ledger = task -> unlessRefused(() -> ledger.execute(task));
        this.timers = timers;
    }

    Executor workers() {
        return workers;
    }

    Executor ledger() {
        return ledger;
    }

    /** Runs a task later. */
    void after(Duration delay, Runnable task) {
        unlessRefused(() -> {
            var unused = timers.schedule(task, timers.getClock().instant().plus(delay));
        });
    }

    private void unlessRefused(Runnable submission) {
        try {
            submission.run();
        } catch (RejectedExecutionException e) {
            if (refusalTold.compareAndSet(false, true)) {
                log.warn(
                        "Work on records in hand ends here, because threads have been shut down; the next start delivers them again, marked as redelivered: {}",
                        e.getMessage());
            }
        }
    }
}
