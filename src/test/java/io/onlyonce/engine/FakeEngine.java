package io.onlyonce.engine;

import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.engine.ConsumerStatus.ShardStatus;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Engine that reads nothing and reports what a test tells it to. */
public class FakeEngine implements Engine {

    /** Calls that change something, in order. */
    public final List<String> calls = new CopyOnWriteArrayList<>();

    /** How often the status was asked for. */
    public final AtomicInteger snapshots = new AtomicInteger();

    private volatile ConsumerStatus status;
    private volatile boolean stopsInTime = true;

    /** Engine that has been told to read nothing yet. */
    public FakeEngine(String... tables) {
        status = new ConsumerStatus(
                Role.STOPPED,
                Arrays.stream(tables).map(name -> table(name, State.STOPPED)).toList());
    }

    /** A table without shards that is up to date. */
    public static TableStatus table(String table, State state, ShardStatus... shards) {
        return new TableStatus(
                table,
                "arn:aws:dynamodb:eu-central-1:123456789012:table/" + table + "/stream/2026-01-01T00:00:00.000",
                state,
                null,
                Duration.ofMillis(412),
                Duration.ofHours(24),
                List.of(shards));
    }

    /** A shard without parent in which all is well. */
    public static ShardStatus shard(String id) {
        return shard(id, Duration.ZERO, Duration.ZERO);
    }

    /** A shard without parent. */
    public static ShardStatus shard(String id, Duration sinceLastAnswer, Duration runningFor) {
        return new ShardStatus(
                id,
                null,
                ShardState.READING,
                null,
                "100000000000000000001",
                Duration.ofMillis(412),
                Instant.parse("2026-01-01T12:00:00Z"),
                sinceLastAnswer,
                runningFor);
    }

    /** What the engine reports from now on. */
    public void report(Role role, TableStatus... tables) {
        status = new ConsumerStatus(role, List.of(tables));
    }

    /** The next stop does not finish in time. */
    public void stopLate() {
        stopsInTime = false;
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public void start() {
        calls.add("start");
        change(Role.ACTIVE, State.RUNNING, null);
    }

    @Override
    public boolean stop(Duration timeout) {
        calls.add("stop " + timeout);
        change(Role.STOPPED, State.STOPPED, null);
        return stopsInTime;
    }

    @Override
    public void pause(String table) {
        calls.add("pause " + table);
        change(status.role(), State.PAUSED, table);
    }

    @Override
    public void resume(String table) {
        calls.add("resume " + table);
        change(status.role(), State.RUNNING, table);
    }

    @Override
    public ConsumerStatus status() {
        snapshots.incrementAndGet();
        return status;
    }

    private void change(Role role, State state, String only) {
        status = new ConsumerStatus(
                role,
                status.tables().stream()
                        .map(table -> only == null || only.equals(table.table())
                                ? new TableStatus(
                                        table.table(),
                                        table.streamArn(),
                                        state,
                                        table.problem(),
                                        table.iteratorLag(),
                                        table.retentionHeadroom(),
                                        table.shards())
                                : table)
                        .toList());
    }
}
