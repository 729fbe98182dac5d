package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.fake.FakeStreams;
import io.onlyonce.fake.FakeStreamsServer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Three processes of the kcl engine that share the shards of several tables; DynamoDB Local has one shard a table. */
class KclClusterIT {

    private static final Logger log = LoggerFactory.getLogger(KclClusterIT.class);

    private static final int TABLES = 6;
    private static final int SHARDS = 64;
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(120);

    @Test
    void scalingAndRollingRestartsHandShardsOverAndRepeatNothing() throws Exception {
        try (var cluster = Cluster.ofTables(TABLES, "--onlyonce.engine=kcl")) {
            cluster.startReady();
            cluster.awaitNewEffects(TABLES, LONG_ENOUGH);
            cluster.startReady(2);
            cluster.awaitShared(TABLES, 1, LONG_ENOUGH);

            for (var old : cluster.alive()) {
                old.stop();
                log.info("A graceful stop was made good after {}", cluster.awaitNewEffects(TABLES, LONG_ENOUGH));
                cluster.startReady();
            }
            cluster.awaitShared(TABLES, 1, LONG_ENOUGH);
            var pods = cluster.alive();
            pods.get(0).stop();
            pods.get(1).stop();
            log.info("Two graceful stops were made good after {}", cluster.awaitNewEffects(TABLES, LONG_ENOUGH));
            cluster.awaitShared(TABLES, TABLES, LONG_ENOUGH);

            var audit = cluster.finish(LONG_ENOUGH);
            log.info("{} items, {} outside effects repeated", cluster.written().size(), audit.repeatedOutside());
            assertThat(audit.missing(cluster.written())).isEmpty();
            assertThat(audit.doubledCommits()).isEmpty();
            assertThat(audit.repeatedOutside()).isZero();
            assertThat(audit.outOfOrder()).isEmpty();
        }
    }

    @Test
    void shardsOfWhatIsKilledOrStalledGoToTheOthers() throws Exception {
        try (var cluster = Cluster.ofTables(TABLES, "--onlyonce.engine=kcl")) {
            var pods = cluster.startReady(3);
            cluster.awaitShared(TABLES, 1, LONG_ENOUGH);

            pods.get(0).kill9();
            log.info("A kill was made good after {}", cluster.awaitNewEffects(TABLES, LONG_ENOUGH));
            cluster.awaitShared(TABLES, 1, LONG_ENOUGH);
            var stalled = pods.get(1);
            stalled.pause();
            log.info("A stall was made good after {}", cluster.awaitNewEffects(TABLES, LONG_ENOUGH));
            stalled.resume();
            cluster.awaitShared(TABLES, 1, LONG_ENOUGH);
            cluster.awaitNewEffects(TABLES, LONG_ENOUGH);

            var audit = cluster.finish(LONG_ENOUGH);
            log.info("{} items, {} outside effects repeated", cluster.written().size(), audit.repeatedOutside());
            assertThat(audit.missing(cluster.written())).isEmpty();
            assertThat(audit.doubledCommits()).isEmpty();
            assertThat(audit.unmarkedRepeats()).isEmpty();
            assertThat(audit.outOfOrder()).isEmpty();
        }
    }

    @Test
    void threeProcessesShareSixtyFourShardsWithNoneIdle() throws Exception {
        var local = LocalDynamoDb.shared();
        var aws = new FakeStreams(Clock.systemUTC());
        String table = LocalDynamoDb.uniqueName("many");
        String arn = aws.createTableWithStream(table);
        var shards =
                Stream.generate(() -> aws.addShard(arn, null)).limit(SHARDS).toList();
        var tables = ChaosTables.create(local, List.of(table));
        var turns = new AtomicInteger();
        try (var server = new FakeStreamsServer(aws, local.endpoint());
                var cluster = new Cluster(
                        tables,
                        server.endpoint(),
                        () -> {
                            // Three processes of one machine have enough to do with that.
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                            return "item-" + aws.put(arn, shards.get(turns.getAndIncrement() % SHARDS));
                        },
                        "--onlyonce.engine=kcl")) {
            cluster.startReady(3);
            cluster.awaitShared(SHARDS, SHARDS / 4, Duration.ofMinutes(4));
            cluster.awaitNewEffects(SHARDS, LONG_ENOUGH);

            var audit = cluster.finish(LONG_ENOUGH);
            assertThat(audit.missing(cluster.written())).isEmpty();
            assertThat(audit.doubledCommits()).isEmpty();
            assertThat(audit.unmarkedRepeats()).isEmpty();
        }
    }
}
