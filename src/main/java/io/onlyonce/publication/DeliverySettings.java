package io.onlyonce.publication;

import java.time.Duration;
import org.springframework.core.retry.RetryPolicy;

/**
 * How records of a table are delivered.
 *
 * @param concurrency listeners' parallelism in a shard; order is kept per item
 * @param claimTimeout when a concurrent duplicate's claim counts as abandoned
 * @param retryPolicy which failures are tried again, how often and when
 */
public record DeliverySettings(int concurrency, Duration claimTimeout, RetryPolicy retryPolicy) {}
