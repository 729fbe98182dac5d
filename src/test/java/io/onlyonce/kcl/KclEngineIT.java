package io.onlyonce.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.ConsumerStatus.ShardStatus;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import io.onlyonce.engine.StreamNotReadableException;
import io.onlyonce.engine.TableSource;
import io.onlyonce.fake.SlowRecordPath;
import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.stream.EventName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class KclEngineIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final KclFixture fixture = new KclFixture();
    private final String table = fixture.createTable();
    private final SlowRecordPath path = new SlowRecordPath(Duration.ofMillis(2));
    private final List<KclEngine> engines = new ArrayList<>();
    private final ConsumerListener listener = new ConsumerListener() {};

    @BeforeEach
    void waitPatiently() {
        Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
    }

    @AfterEach
    void stopEngines() {
        engines.forEach(engine -> engine.stop(PATIENCE));
        Awaitility.reset();
    }

    @Test
    void deliversAllRecordsOnceAndInOrder() {
        fixture.put(table, 0, 150);
        var engine = started(KclFixture.engine(
                fixture.clients(), fixture.settings(20, false), listener, KclFixture.source(table, path)));

        await().until(() -> path.finished().size() >= 150);
        fixture.put(table, 150, 200);
        await().until(() -> path.finished().size() >= 200);

        assertThat(path.finishedIds()).isEqualTo(ids(0, 200));
        assertThat(path.opened()).isEqualTo(1);
        await().until(() -> lagOf(engine).compareTo(Duration.ofSeconds(2)) < 0);
    }

    @Test
    void goesOnAtTheCheckpointAfterAStop() {
        fixture.put(table, 0, 50);
        var engine = started(fixture.engine(listener, KclFixture.source(table, path)));
        await().until(() -> path.finished().size() >= 10);

        assertThat(engine.stop(PATIENCE)).isTrue();
        int finished = path.finished().size();
        fixture.put(table, 50, 60);
        assertThat(path.finished()).hasSize(finished);
        started(fixture.engine(listener, KclFixture.source(table, path)));
        await().until(() -> path.finished().size() >= 60);

        assertThat(path.finishedIds()).isEqualTo(ids(0, 60));
    }

    @Test
    void stopDoesNotWaitLongerThanItMay() {
        path.block();
        fixture.put(table, 0, 5);
        var slow = new SlowRecordPath(Duration.ofMinutes(5));
        var engine = started(fixture.engine(listener, KclFixture.source(table, slow)));
        await().until(() -> slow.open().stream().anyMatch(delivery -> delivery.unfinished() > 0));
        long begin = System.nanoTime();

        assertThat(engine.stop(Duration.ofSeconds(4))).isFalse();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
        started(fixture.engine(listener, KclFixture.source(table, path)));
        path.unblock();
        await().until(() -> path.finished().size() == 5);
    }

    @Test
    void claimLostElsewhereHasTheShardReadAgainFromTheCheckpoint() {
        fixture.put(table, 0, 5);
        var engine = started(fixture.engine(listener, KclFixture.source(table, path)));
        await().until(() -> path.finished().size() == 5);
        String fifth = path.finished().get(4).sequenceNumber().digits();
        await().until(() -> status(engine).shards().stream().allMatch(shard -> fifth.equals(shard.checkpoint())));
        path.block();
        fixture.put(table, 5, 8);
        await().until(() -> path.open().get(0).unfinished() == 3);

        var delivery = path.open().get(0);

        delivery.loseClaim();
        await().until(() -> !path.open().contains(delivery));
        path.unblock();

        await().until(() -> path.finished().size() == 8);
        assertThat(path.opened()).isEqualTo(2);
        assertThat(path.finishedIds()).isEqualTo(ids(0, 8));
    }

    @Test
    void tablesAreSharedByTwoProcesses() {
        var tables = List.of(table, fixture.createTable(), fixture.createTable(), fixture.createTable());
        var paths = List.of(
                tables.stream()
                        .map(any -> new SlowRecordPath(Duration.ofMillis(2)))
                        .toList(),
                tables.stream()
                        .map(any -> new SlowRecordPath(Duration.ofMillis(2)))
                        .toList());
        for (var pathsOfEngine : paths) {
            var sources = IntStream.range(0, tables.size())
                    .mapToObj(i -> KclFixture.source(tables.get(i), pathsOfEngine.get(i)))
                    .toArray(TableSource[]::new);
            started(fixture.engine(listener, sources));
        }

        int written = 0;
        while (written < 2000 && paths.stream().anyMatch(KclEngineIT::isIdle)) {
            for (var each : tables) {
                fixture.put(each, written, written + 10);
            }
            written += 10;
        }
        var all = ids(0, written);

        assertThat(paths).noneMatch(KclEngineIT::isIdle);
        for (int i = 0; i < tables.size(); i++) {
            int index = i;
            // A shard that moved may have been read twice; nothing is missing.
            await().untilAsserted(() -> {
                var finished = new TreeSet<String>();
                paths.forEach(pathsOfEngine ->
                        finished.addAll(pathsOfEngine.get(index).finishedIds()));
                assertThat(finished).containsExactlyElementsOf(all);
            });
            paths.forEach(pathsOfEngine ->
                    assertThat(pathsOfEngine.get(index).finishedIds()).isSorted());
        }
    }

    @Test
    void missingTableStopsTheStart() {
        var engine = fixture.engine(listener, KclFixture.source("missing", path));

        assertThatExceptionOfType(StreamNotReadableException.class)
                .isThrownBy(engine::start)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(StreamNotReadableException.Reason.TABLE_MISSING));
        assertThat(engine.status().role()).isEqualTo(Role.STOPPED);
    }

    @Test
    void tableWithoutStreamStopsTheStart() {
        fixture.dynamoDb().updateTable(request -> request.tableName(table)
                .streamSpecification(stream -> stream.streamEnabled(false)));

        assertThatExceptionOfType(StreamNotReadableException.class)
                .isThrownBy(fixture.engine(listener, KclFixture.source(table, path))::start)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(StreamNotReadableException.Reason.STREAM_NOT_ENABLED));
    }

    @Test
    void missingTablesOfKclStopTheStartWhereTheyAreNotToBeCreated() {
        var engine = KclFixture.engine(
                fixture.clients(), fixture.settingsWithoutTables(), listener, KclFixture.source(table, path));

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(engine::start)
                .withMessageContaining(fixture.leaseTable());
    }

    @Test
    void recordsOfAllKindsArrive() {
        fixture.put(table, 0, 1);
        var key = Map.of("id", AttributeValue.fromS("0000"));
        fixture.dynamoDb().putItem(request -> request.tableName(table)
                .item(Map.of("id", AttributeValue.fromS("0000"), "changed", AttributeValue.fromBool(true))));
        fixture.dynamoDb().deleteItem(request -> request.tableName(table).key(key));

        started(fixture.engine(listener, KclFixture.source(table, path)));

        await().until(() -> path.finished().size() == 3);
        assertThat(path.finished())
                .extracting(record -> record.eventName())
                .containsExactly(EventName.INSERT, EventName.MODIFY, EventName.REMOVE);
        assertThat(path.finished().get(1).newImage()).containsKey("changed");
        assertThat(path.finished().get(2).oldImage()).containsKey("changed");
    }

    private KclEngine started(KclEngine engine) {
        if (!engines.contains(engine)) {
            engines.add(engine);
        }
        engine.start();
        return engine;
    }

    private TableStatus status(KclEngine engine) {
        return engine.status().tables().get(0);
    }

    private Duration lagOf(KclEngine engine) {
        return status(engine).shards().stream()
                .map(ShardStatus::lag)
                .findFirst()
                .orElse(Duration.ofDays(1));
    }

    private static boolean isIdle(List<SlowRecordPath> paths) {
        return paths.stream().allMatch(path -> path.finished().isEmpty());
    }

    private static List<String> ids(int from, int to) {
        return IntStream.range(from, to).mapToObj("%04d"::formatted).toList();
    }
}
