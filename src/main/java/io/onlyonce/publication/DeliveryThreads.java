package io.onlyonce.publication;

import java.util.concurrent.Executor;
import org.springframework.scheduling.TaskScheduler;

/**
 * Threads of a consumer. The ledger has its own, so that listeners that hang cannot keep completions of others from being written.
 *
 * @param workers runs listeners and callbacks
 * @param ledger runs calls of the ledger
 * @param timers runs what waits; its tasks are short
 */
public record DeliveryThreads(Executor workers, Executor ledger, TaskScheduler timers) {}
