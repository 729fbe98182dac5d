package io.onlyonce.metrics;

import io.micrometer.core.instrument.Clock;
import io.onlyonce.engine.ConsumerStatus;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import io.onlyonce.engine.Engine;
import java.time.Duration;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Keeps the engine's status for a second, so that reading all gauges costs one snapshot. */
final class StatusCache {

    private static final long MAX_AGE = Duration.ofSeconds(1).toNanos();

    private final Engine engine;
    private final Clock clock;

    private @Nullable ConsumerStatus status;
    private long takenAt;

    StatusCache(Engine engine, Clock clock) {
        this.engine = engine;
        this.clock = clock;
    }

    /** A value of a table; not a number if the engine does not report the table. */
    double of(String table, ToDoubleFunction<TableStatus> value) {
        for (var candidate : status().tables()) {
            if (candidate.table().equals(table)) {
                return value.applyAsDouble(candidate);
            }
        }
        return Double.NaN;
    }

    private synchronized ConsumerStatus status() {
        var current = status;
        long now = clock.monotonicTime();
        if (current == null || now - takenAt >= MAX_AGE) {
            current = engine.status();
            status = current;
            takenAt = now;
        }
        return current;
    }
}
