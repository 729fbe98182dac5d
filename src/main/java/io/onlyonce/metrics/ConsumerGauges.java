package io.onlyonce.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import io.onlyonce.engine.Engine;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Gauges of the engine's status, all tagged {@code table}.
 *
 * <table>
 *   <caption>Meters</caption>
 *   <tr><th>name</th><th>further tags</th><th>meaning</th></tr>
 *   <tr><td>{@code onlyonce.iterator.lag}</td><td></td><td>time that the worst shard may be behind</td></tr>
 *   <tr><td>{@code onlyonce.retention.headroom}</td><td></td><td>time until DynamoDB may trim the oldest unprocessed record</td></tr>
 *   <tr><td>{@code onlyonce.shards}</td><td>{@code state}</td><td>shards</td></tr>
 * </table>
 */
public final class ConsumerGauges implements MeterBinder {

    private final Engine engine;
    private final List<String> tables;

    /** Gauges of {@code tables}. */
    public ConsumerGauges(Engine engine, Collection<String> tables) {
        this.engine = engine;
        this.tables = List.copyOf(tables);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        var status = new StatusCache(engine, registry.config().clock());
        for (String table : tables) {
            timeGauge("onlyonce.iterator.lag", status, table, TableStatus::iteratorLag)
                    .description("Time that the worst shard may be behind")
                    .register(registry);
            timeGauge("onlyonce.retention.headroom", status, table, TableStatus::retentionHeadroom)
                    .description("Time until DynamoDB may trim the oldest unprocessed record")
                    .register(registry);
            for (var state : ShardState.values()) {
                Gauge.builder("onlyonce.shards", status, cache -> cache.of(table, found -> count(found, state)))
                        .description("Shards")
                        .tag("table", table)
                        .tag("state", EnumMeters.tag(state))
                        .strongReference(true)
                        .register(registry);
            }
        }
    }

    private static TimeGauge.Builder<StatusCache> timeGauge(
            String name, StatusCache status, String table, Function<TableStatus, Duration> value) {
        return TimeGauge.builder(
                        name,
                        status,
                        TimeUnit.SECONDS,
                        cache -> cache.of(table, found -> value.apply(found).toNanos() / 1e9))
                .tag("table", table)
                .strongReference(true);
    }

    private static double count(TableStatus table, ShardState state) {
        return table.shards().stream().filter(shard -> shard.state() == state).count();
    }
}
