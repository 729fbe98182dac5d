package io.onlyonce.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.onlyonce.DuplicateDropped;
import io.onlyonce.DuplicateKind;
import io.onlyonce.GapDetected;
import io.onlyonce.actuate.StreamsDescriptor.GapDescriptor;
import io.onlyonce.actuate.StreamsDescriptor.ShardDescriptor;
import io.onlyonce.actuate.StreamsDescriptor.TableDescriptor;
import io.onlyonce.backfill.BackfillCounts;
import io.onlyonce.backfill.Backfills;
import io.onlyonce.engine.ConsumerCounts;
import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.engine.ConsumerStatus.ShardStatus;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import io.onlyonce.engine.FakeEngine;
import io.onlyonce.publication.ConsumerListener.RecordOutcome;
import io.onlyonce.stream.EventName;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StreamsEndpointTests {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final FakeEngine engine = new FakeEngine();
    private final ConsumerCounts counts = new ConsumerCounts();
    private final Backfills backfills =
            new Backfills(new BackfillCounts(), Map.of("orders", "Set onlyonce.streams.orders.key=item-key"));
    private final StreamsEndpoint endpoint = new StreamsEndpoint("billing", engine, counts, backfills);

    @BeforeEach
    void reportTwoTables() {
        engine.report(
                Role.ACTIVE,
                new TableStatus(
                        "orders",
                        "arn",
                        State.STARTING,
                        "Access denied",
                        Duration.ofMillis(1234),
                        Duration.ofHours(2),
                        List.of(new ShardStatus(
                                "shardId-2",
                                "shardId-1",
                                ShardState.BLOCKED,
                                "Ledger throttled",
                                "100",
                                Duration.ofMillis(1234),
                                NOON,
                                Duration.ofMillis(5),
                                Duration.ofSeconds(3)))),
                FakeEngine.table("users", State.RUNNING));
    }

    @Test
    void showsConsumerEngineRoleAndTables() {
        var streams = endpoint.streams();
        assertThat(streams.consumer()).isEqualTo("billing");
        assertThat(streams.engine()).isEqualTo("fake");
        assertThat(streams.role()).isEqualTo("active");
        assertThat(streams.tables()).containsOnlyKeys("orders", "users");
    }

    @Test
    void showsTheStatusOfATable() {
        var orders = orders();
        assertThat(orders.table()).isEqualTo("orders");
        assertThat(orders.streamArn()).isEqualTo("arn");
        assertThat(orders.status()).isEqualTo("starting");
        assertThat(orders.problem()).isEqualTo("Access denied");
        assertThat(orders.iteratorLag()).isEqualTo(1.234);
        assertThat(orders.retentionHeadroomSeconds()).isEqualTo(7200);
        assertThat(orders.shards())
                .containsExactly(new ShardDescriptor(
                        "shardId-2", "shardId-1", "blocked", "Ledger throttled", "100", 1.234, NOON, 0.005, 3));
    }

    @Test
    void showsTheCountsOfATable() {
        counts.recordFinished("orders", EventName.INSERT, RecordOutcome.PROCESSED);
        counts.recordFinished("users", EventName.INSERT, RecordOutcome.PROCESSED);
        counts.duplicateDropped(new DuplicateDropped(
                "orders", DuplicateKind.REWRITE, "event", "key", new ShardId("shardId-1"), new SequenceNumber("7")));
        var orders = orders();
        assertThat(orders.processed()).isEqualTo(1);
        assertThat(orders.duplicates())
                .containsExactly(
                        entry("rewrite", 1L), entry("redelivery", 0L), entry("reinsert", 0L), entry("conflict", 0L));
        assertThat(orders.quarantined()).isZero();
        assertThat(orders.gaps()).isZero();
        assertThat(orders.recentGaps()).isEmpty();
    }

    @Test
    void showsWhereATablesGapsAre() {
        counts.gapDetected(gap("orders", new ShardId("shardId-1")));
        counts.gapDetected(gap("users", null));
        assertThat(orders().gaps()).isEqualTo(1);
        assertThat(orders().recentGaps())
                .containsExactly(new GapDescriptor("orders", "shard-vanished", "arn", "shardId-1", "7", null, NOON));
        assertThat(endpoint.streams().tables().get("users").recentGaps())
                .containsExactly(new GapDescriptor("users", "shard-vanished", "arn", null, "7", null, NOON));
    }

    @Test
    void unknownTableIsNotFoundAndTheKnownOnesAreNamed() {
        var response = endpoint.stream("payments");
        assertThat(response.getStatus()).isEqualTo(404);
        assertThat(response.getBody())
                .isEqualTo(new RefusalDescriptor("Table 'payments' is not consumed", List.of("orders", "users")));
    }

    @Test
    void pausesAndResumes() {
        var paused = endpoint.change("users", "pause");
        assertThat(paused.getStatus()).isEqualTo(200);
        assertThat(((TableDescriptor) paused.getBody()).status()).isEqualTo("paused");
        var resumed = endpoint.change("users", "resume");
        assertThat(((TableDescriptor) resumed.getBody()).status()).isEqualTo("running");
        assertThat(engine.calls).containsExactly("pause users", "resume users");
    }

    @Test
    void whatCannotBeDoneNowIsAConflictAndSaysWhy() {
        var standby = new FakeEngine("orders") {
            @Override
            public void pause(String table) {
                throw new IllegalStateException("This process stands by; ask the active one");
            }
        };
        var answer = new StreamsEndpoint("shop", standby, new ConsumerCounts(), backfills).change("orders", "pause");
        assertThat(answer.getStatus()).isEqualTo(409);
        assertThat(answer.getBody()).asString().contains("stands by");
    }

    @Test
    void unknownActionIsABadRequestAndTheKnownOnesAreNamed() {
        var unknown = endpoint.change("users", "stop");
        assertThat(unknown.getStatus()).isEqualTo(400);
        assertThat(unknown.getBody())
                .isEqualTo(new RefusalDescriptor(
                        "Action 'stop' is not known", List.of("pause", "resume", "backfill", "backfill-stop")));
        var missing = endpoint.change("users", null);
        assertThat(missing.getStatus()).isEqualTo(400);
        assertThat(missing.getBody())
                .isEqualTo(new RefusalDescriptor(
                        "No action is given", List.of("pause", "resume", "backfill", "backfill-stop")));
        assertThat(engine.calls).isEmpty();
    }

    @Test
    void backfillThatIsRefusedIsAConflictAndSaysWhy() {
        var answer = endpoint.change("orders", "backfill");
        assertThat(answer.getStatus()).isEqualTo(409);
        assertThat(answer.getBody())
                .isEqualTo(new RefusalDescriptor("Set onlyonce.streams.orders.key=item-key", List.of()));
    }

    @Test
    void standbyDoesNotBackfill() {
        engine.report(Role.STANDBY, FakeEngine.table("users", State.STOPPED));
        for (String action : List.of("backfill", "backfill-stop")) {
            var answer = endpoint.change("users", action);
            assertThat(answer.getStatus()).isEqualTo(409);
            assertThat(answer.getBody())
                    .isEqualTo(new RefusalDescriptor("This process stands by; ask the active one", List.of()));
        }
    }

    @Test
    void unknownTableIsNotPaused() {
        assertThat(endpoint.change("payments", "pause").getStatus()).isEqualTo(404);
        assertThat(engine.calls).isEmpty();
    }

    private TableDescriptor orders() {
        var one = endpoint.stream("orders");
        assertThat(one.getStatus()).isEqualTo(200);
        assertThat(one.getBody()).isEqualTo(endpoint.streams().tables().get("orders"));
        return (TableDescriptor) one.getBody();
    }

    private static GapDetected gap(String table, ShardId shard) {
        return new GapDetected(
                table, GapDetected.Reason.SHARD_VANISHED, "arn", shard, new SequenceNumber("7"), null, NOON);
    }
}
