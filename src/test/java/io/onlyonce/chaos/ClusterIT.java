package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.onlyonce.chaos.Cluster.Pod;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several processes of the polling engine, of which one is active. */
class ClusterIT {

    private static final Logger log = LoggerFactory.getLogger(ClusterIT.class);

    private static final int TABLES = 3;
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void scalingAndRollingRestartsHandOverAtOnceAndRepeatNothing() throws Exception {
        try (var cluster = Cluster.ofTables(TABLES)) {
            cluster.startReady();
            cluster.awaitNewEffects(TABLES, SOON);
            cluster.startReady(2);
            assertThat(cluster.alive()).extracting(Pod::role).containsExactly("active", "standby", "standby");

            for (var old : cluster.alive()) {
                old.stop();
                log.info("A graceful stop was made good after {}", cluster.awaitNewEffects(TABLES, SOON));
                cluster.startReady();
                awaitOneActive(cluster);
            }
            var pods = cluster.alive();
            pods.get(0).stop();
            pods.get(1).stop();
            cluster.awaitNewEffects(TABLES, SOON);
            assertThat(cluster.alive()).extracting(Pod::role).containsExactly("active");

            var audit = cluster.finish(SOON);
            assertThat(audit.missing(cluster.written())).isEmpty();
            assertThat(audit.doubledCommits()).isEmpty();
            assertThat(audit.repeatedOutside()).isZero();
            assertThat(audit.outOfOrder()).isEmpty();
        }
    }

    @Test
    void aStandbyTakesOverFromWhatWasKilledAndFromWhatIsStopped() throws Exception {
        try (var cluster = Cluster.ofTables(TABLES)) {
            var killed = cluster.startReady();
            var stopped = cluster.startReady();
            assertThat(stopped.role()).isEqualTo("standby");
            cluster.awaitNewEffects(TABLES, SOON);

            killed.kill9();
            var takeover = cluster.awaitNewEffects(TABLES, SOON);
            log.info("A kill was made good after {}", takeover);
            // Twelve seconds where the machine has nothing else to do.
            assertThat(takeover).isLessThan(Duration.ofSeconds(40));
            assertThat(stopped.role()).isEqualTo("active");

            var next = cluster.startReady();
            stopped.pause();
            log.info("A stall was made good after {}", cluster.awaitNewEffects(TABLES, SOON));
            assertThat(next.role()).isEqualTo("active");
            stopped.resume();
            await().atMost(SOON).until(() -> stopped.role().equals("standby"));
            cluster.awaitNewEffects(TABLES, SOON);
            assertThat(next.role()).isEqualTo("active");

            var audit = cluster.finish(SOON);
            assertThat(audit.missing(cluster.written())).isEmpty();
            assertThat(audit.doubledCommits()).isEmpty();
            assertThat(audit.unmarkedRepeats()).isEmpty();
            log.info("{} items, {} outside effects repeated", cluster.written().size(), audit.repeatedOutside());
        }
    }

    @Test
    void aProcessEndsWithItsParent() throws Exception {
        try (var cluster = Cluster.ofTables(1)) {
            var pod = cluster.startReady();
            pod.orphan();

            await().atMost(SOON).until(() -> !pod.isAlive());
        }
    }

    private static void awaitOneActive(Cluster cluster) {
        await().atMost(SOON)
                .until(() -> cluster.alive().stream()
                                .map(Pod::role)
                                .filter("active"::equals)
                                .count()
                        == 1);
    }
}
