package io.onlyonce.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.onlyonce.DuplicateDropped;
import io.onlyonce.DuplicateKind;
import io.onlyonce.engine.ConsumerCounts;
import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.FakeEngine;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the service answers over HTTP as shipped. */
class ServiceTests {

    private static RunningService service;

    @BeforeAll
    static void start() {
        service = new RunningService();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @BeforeEach
    void reportTwoTables() {
        service.engine()
                .report(
                        Role.ACTIVE,
                        FakeEngine.table("orders", State.RUNNING, FakeEngine.shard("shardId-1")),
                        FakeEngine.table("users", State.RUNNING));
    }

    @Test
    void consumerIsStarted() {
        assertThat(service.engine().calls).startsWith("start");
    }

    @Test
    void actuatorListsItsEndpoints() {
        var answer = service.get("/actuator");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.object("$._links"))
                .containsKeys("health", "info", "metrics", "prometheus", "streams", "streams-table")
                .doesNotContainKeys("env", "beans", "loggers", "heapdump");
    }

    @Test
    void streamsShowConsumerAndTables() {
        var answer = service.get("/actuator/streams");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json("$.consumer")).isEqualTo("onlyonce");
        assertThat(answer.json("$.engine")).isEqualTo("fake");
        assertThat(answer.json("$.role")).isEqualTo("active");
        assertThat(answer.object("$.tables")).containsOnlyKeys("orders", "users");
        assertThat(answer.json("$.tables.orders.iteratorLag")).isEqualTo(0.412);
    }

    @Test
    void tableShowsStatusCountsAndShards() {
        service.context()
                .getBean(ConsumerCounts.class)
                .duplicateDropped(new DuplicateDropped(
                        "orders",
                        DuplicateKind.REWRITE,
                        "event",
                        "key",
                        new ShardId("shardId-1"),
                        new SequenceNumber("7")));
        var answer = service.get("/actuator/streams/orders");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.object("$"))
                .containsOnlyKeys(
                        "table",
                        "streamArn",
                        "status",
                        "iteratorLag",
                        "retentionHeadroomSeconds",
                        "processed",
                        "duplicates",
                        "quarantined",
                        "gaps",
                        "recentGaps",
                        "shards")
                .contains(entry("status", "running"), entry("processed", 0), entry("gaps", 0));
        assertThat(answer.object("$.duplicates"))
                .containsOnlyKeys("rewrite", "redelivery", "reinsert", "conflict")
                .containsEntry("rewrite", 1);
        assertThat(answer.object("$.shards[0]"))
                .containsOnly(
                        entry("id", "shardId-1"),
                        entry("state", "reading"),
                        entry("checkpoint", "100000000000000000001"),
                        entry("lag", 0.412),
                        entry("lastSuccessfulPoll", "2026-01-01T12:00:00Z"),
                        entry("sinceLastAnswerSeconds", 0.0),
                        entry("listenerRunningSeconds", 0.0));
    }

    @Test
    void unknownTableIsNotFound() {
        var answer = service.get("/actuator/streams/payments");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.list("$.choices")).containsExactly("orders", "users");
    }

    @Test
    void nothingCanBeChangedAsShipped() {
        var answer = service.post("/actuator/streams/orders", "{\"action\": \"pause\"}");
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.json("$.hint")).asString().contains("management.endpoints.access.max-permitted");
        assertThat(service.engine().calls).doesNotContain("pause orders");
    }

    @Test
    void prometheusShowsEveryMeter() {
        var answer = service.get("/actuator/prometheus");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().lines())
                .contains(
                        "onlyonce_iterator_lag_seconds{table=\"orders\"} 0.412",
                        "onlyonce_retention_headroom_seconds{table=\"users\"} 86400.0",
                        "onlyonce_shards{state=\"reading\",table=\"orders\"} 1.0",
                        "onlyonce_records_total{event=\"insert\",outcome=\"processed\",table=\"orders\"} 0.0",
                        "onlyonce_duplicates_total{kind=\"rewrite\",table=\"users\"} 0.0",
                        "onlyonce_delivery_seconds_count{table=\"orders\"} 0",
                        "onlyonce_retries_total{table=\"orders\"} 0.0",
                        "onlyonce_quarantined_total{table=\"orders\"} 0.0",
                        "onlyonce_gaps_total{table=\"orders\"} 0.0",
                        "onlyonce_polls_total{result=\"throttled\",table=\"orders\"} 0.0",
                        "onlyonce_ledger_seconds_count{operation=\"claim\",outcome=\"success\",table=\"orders\"} 0");
    }

    @Test
    void infoTellsVersionAndEngine() {
        var answer = service.get("/actuator/info");
        assertThat(answer.json("$.onlyonce.version")).asString().matches("\\d+\\.\\d+\\.\\d+.*");
        assertThat(answer.json("$.onlyonce.engine")).isEqualTo("fake");
        assertThat(answer.json("$.onlyonce.consumer")).isEqualTo("onlyonce");
    }

    @Test
    void probesFollowTheConsumer() {
        assertThat(service.get("/actuator/health/readiness").status()).isEqualTo(200);
        assertThat(service.get("/actuator/health/liveness").status()).isEqualTo(200);

        service.engine().report(Role.ACTIVE, FakeEngine.table("orders", State.STARTING));
        var unready = service.get("/actuator/health/readiness");
        assertThat(unready.status()).isEqualTo(503);
        assertThat(unready.object("$.components.onlyonceReadiness.details.tables"))
                .containsExactly(entry("orders", "starting"));
        assertThat(service.get("/actuator/health/liveness").status()).isEqualTo(200);

        var silence = Duration.ofMinutes(7);
        service.engine()
                .report(
                        Role.ACTIVE,
                        FakeEngine.table(
                                "orders", State.RUNNING, FakeEngine.shard("shardId-1", silence, Duration.ZERO)));
        var dead = service.get("/actuator/health/liveness");
        assertThat(dead.status()).isEqualTo(503);
        assertThat(dead.list("$.components.onlyonceLiveness.details.silentShards"))
                .containsExactly(Map.of("table", "orders", "shard", "shardId-1", "sinceLastAnswerSeconds", 420.0));
        assertThat(service.get("/actuator/health/readiness").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/index.html", "/error", "/favicon.ico", "/actuator/env"})
    void nothingElseAnswers(String path) {
        for (var answer : List.of(service.get(path), service.getHtml(path))) {
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.contentType()).startsWith("application/json");
            assertThat(answer.json("$.status")).isEqualTo(404);
            assertThat(answer.json("$.path")).isEqualTo(path);
            assertThat(answer.json("$.hint")).isEqualTo("Only actuator answers here: /actuator");
        }
    }
}
