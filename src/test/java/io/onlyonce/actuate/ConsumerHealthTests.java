package io.onlyonce.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.onlyonce.GapDetected;
import io.onlyonce.engine.ConsumerCounts;
import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.engine.ConsumerStatus.ShardStatus;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import io.onlyonce.engine.FakeEngine;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.health.contributor.Status;

class ConsumerHealthTests {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final FakeEngine engine = new FakeEngine("orders");
    private final ConsumerCounts counts = new ConsumerCounts();
    private final ConsumerReadinessHealthIndicator readiness =
            new ConsumerReadinessHealthIndicator(engine, counts, true, MINUTE);
    private final ConsumerLivenessHealthIndicator liveness = new ConsumerLivenessHealthIndicator(engine);

    @ParameterizedTest
    @EnumSource(names = {"RUNNING", "PAUSED"})
    void runningOrPausedConsumerIsReady(State state) {
        engine.report(Role.ACTIVE, FakeEngine.table("orders", state));
        assertThat(readiness.health().getStatus()).isEqualTo(Status.UP);
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"RUNNING", "PAUSED"})
    void activeConsumerThatDoesNotReadATableIsNotReady(State state) {
        engine.report(Role.ACTIVE, FakeEngine.table("orders", State.RUNNING), FakeEngine.table("users", state));
        assertThat(readiness.health().getStatus()).isEqualTo(Status.DOWN);
    }

    @Test
    void standbyIsReady() {
        engine.report(Role.STANDBY, FakeEngine.table("orders", State.STOPPED));
        assertThat(readiness.health().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void stoppedConsumerIsReadyOnlyIfItIsNotMeantToRun() {
        engine.report(Role.STOPPED, FakeEngine.table("orders", State.STOPPED));
        assertThat(readiness.health().getStatus()).isEqualTo(Status.DOWN);
        var switchedOff = new ConsumerReadinessHealthIndicator(engine, counts, false, MINUTE);
        assertThat(switchedOff.health().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void problemIsToldInTheDetails() {
        engine.report(
                Role.ACTIVE,
                FakeEngine.table("users", State.RUNNING),
                new TableStatus("orders", null, State.RUNNING, "Connection refused", MINUTE, MINUTE, List.of()));
        var health = readiness.health();
        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails())
                .containsOnly(
                        entry("engine", "fake"),
                        entry("role", "active"),
                        entry("tables", Map.of("users", "running", "orders", "running: Connection refused")));
    }

    @Test
    void gapsAndLongRunningListenersAreToldAndChangeNothing() {
        engine.report(
                Role.ACTIVE,
                FakeEngine.table(
                        "orders",
                        State.RUNNING,
                        FakeEngine.shard("shardId-1", Duration.ZERO, MINUTE),
                        FakeEngine.shard("shardId-2", Duration.ZERO, MINUTE.plusMillis(1))));
        counts.gapDetected(
                new GapDetected("orders", GapDetected.Reason.TRIMMED, "arn", null, null, null, Instant.EPOCH));
        var health = readiness.health();
        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails().get("longRunningListeners"))
                .asString()
                .contains("shardId-2", "60.001")
                .doesNotContain("shardId-1");
        assertThat(health.getDetails().get("gaps")).asString().contains("trimmed");
    }

    @Test
    void readerWithoutAnswerForTooLongIsDead() {
        Duration limit = ConsumerLivenessHealthIndicator.LONGEST_SILENCE;
        engine.report(
                Role.ACTIVE,
                FakeEngine.table("orders", State.RUNNING, FakeEngine.shard("shardId-1", limit, Duration.ZERO)));
        assertThat(liveness.health().getStatus()).isEqualTo(Status.UP);
        engine.report(
                Role.ACTIVE,
                FakeEngine.table(
                        "orders",
                        State.RUNNING,
                        FakeEngine.shard("shardId-1"),
                        FakeEngine.shard("shardId-2", limit.plusMillis(1), Duration.ZERO)));
        var health = liveness.health();
        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails().get("silentShards"))
                .asString()
                .contains("orders", "shardId-2", "360.001")
                .doesNotContain("shardId-1");
    }

    @Test
    void tableOfWhichNoShardCanBeReadIsNotReady() {
        engine.report(Role.ACTIVE, FakeEngine.table("orders", State.RUNNING, denied("shardId-1"), denied("shardId-2")));
        var health = readiness.health();
        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails().get("tables")).asString().contains("orders", "not authorized");

        engine.report(
                Role.ACTIVE,
                FakeEngine.table("orders", State.RUNNING, denied("shardId-1"), FakeEngine.shard("shardId-2")));
        assertThat(readiness.health().getStatus()).isEqualTo(Status.UP);
    }

    private static ShardStatus denied(String id) {
        return new ShardStatus(
                id, null, ShardState.READING, "not authorized", null, MINUTE, null, Duration.ZERO, Duration.ZERO);
    }

    @Test
    void unreachableTableIsNoReasonToRestart() {
        engine.report(
                Role.ACTIVE,
                new TableStatus("orders", null, State.STARTING, "Connection refused", MINUTE, MINUTE, List.of()));
        assertThat(liveness.health().getStatus()).isEqualTo(Status.UP);
    }
}
