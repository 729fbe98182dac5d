package io.onlyonce.actuate;

import io.onlyonce.actuate.StreamsDescriptor.GapDescriptor;
import io.onlyonce.engine.ConsumerCounts;
import io.onlyonce.engine.ConsumerStatus;
import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import io.onlyonce.engine.Engine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Up when the consumer runs or stands by, or was not meant to start; down when a table, or each of its shards, cannot be read, with the reason. A table that an operator has paused counts as running. Lost records and listeners that take
 * long are told in the details and change nothing: they are reasons to look, and no reason to take the process for unready.
 */
public final class ConsumerReadinessHealthIndicator extends AbstractHealthIndicator {

    private final Engine engine;
    private final ConsumerCounts counts;
    private final boolean enabled;
    private final Duration longRunning;

    /**
     * Readiness of an engine.
     *
     * @param enabled whether the consumer is meant to run
     * @param longRunning from when on a listener is told to take long
     */
    public ConsumerReadinessHealthIndicator(
            Engine engine, ConsumerCounts counts, boolean enabled, Duration longRunning) {
        super("Status of the consumer cannot be told");
        this.engine = engine;
        this.counts = counts;
        this.enabled = enabled;
        this.longRunning = longRunning;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        var status = engine.status();
        if (isReady(status)) {
            builder.up();
        } else {
            builder.down();
        }
        builder.withDetail("engine", engine.name()).withDetail("role", Words.of(status.role()));
        var tables = new LinkedHashMap<String, String>();
        status.tables().forEach(table -> tables.put(table.table(), describe(table)));
        builder.withDetail("tables", tables);
        var slow = longRunningListeners(status);
        if (!slow.isEmpty()) {
            builder.withDetail("longRunningListeners", slow);
        }
        var gaps = counts.recentGaps().stream().map(GapDescriptor::of).toList();
        if (!gaps.isEmpty()) {
            builder.withDetail("gaps", gaps);
        }
    }

    private boolean isReady(ConsumerStatus status) {
        if (status.role() == Role.STOPPED) {
            return !enabled;
        }
        return status.role() == Role.STANDBY
                ? status.tables().stream().allMatch(table -> table.problem() == null)
                : status.tables().stream().allMatch(ConsumerReadinessHealthIndicator::isReady);
    }

    private static boolean isReady(TableStatus table) {
        return table.problem() == null
                && (table.state() == State.PAUSED || (table.state() == State.RUNNING && isRead(table)));
    }

    /** Whether any of the shards that are being read can be. */
    private static boolean isRead(TableStatus table) {
        var reading = table.shards().stream()
                .filter(shard -> shard.state() == ShardState.READING)
                .toList();
        return reading.isEmpty() || reading.stream().anyMatch(shard -> shard.problem() == null);
    }

    private static String describe(TableStatus table) {
        String state = Words.of(table.state());
        if (table.problem() != null) {
            return state + ": " + table.problem();
        }
        return table.shards().stream()
                .filter(shard -> shard.state() == ShardState.READING && shard.problem() != null)
                .findFirst()
                .map(shard -> state + ": " + shard.problem())
                .orElse(state);
    }

    private List<LongRunningListener> longRunningListeners(ConsumerStatus status) {
        var found = new ArrayList<LongRunningListener>();
        for (var table : status.tables()) {
            for (var shard : table.shards()) {
                if (shard.runningFor().compareTo(longRunning) > 0) {
                    found.add(new LongRunningListener(table.table(), shard.id(), Words.seconds(shard.runningFor())));
                }
            }
        }
        return found;
    }

    private record LongRunningListener(String table, String shard, double runningSeconds) {}
}
