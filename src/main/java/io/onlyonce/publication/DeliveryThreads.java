package io.onlyonce.publication;

import java.util.concurrent.Executor;
import org.springframework.scheduling.TaskScheduler;

/**
 * Threads of a consumer. Listeners have their own, so that those that hang keep neither completions of others from being written nor shards of others from being read.
 *
 * @param workers runs listeners
 * @param ledger runs calls of the ledger, and tells of progress
 * @param timers runs what waits; its tasks are short
 */
public record DeliveryThreads(Executor workers, Executor ledger, TaskScheduler timers) {}
