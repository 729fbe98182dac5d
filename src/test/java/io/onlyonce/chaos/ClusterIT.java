package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.onlyonce.chaos.Cluster.Pod;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several processes of the polling engine, of which one is active. */
class ClusterIT {

    private static final Logger log = LoggerFactory.getLogger(ClusterIT.class);

    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void rollingRestartsHandOverAtOnceAndRepeatNothing() throws Exception {
        try (var cluster = Cluster.ofTables(1)) {
            var first = cluster.startReady();
            cluster.awaitNewEffects(SOON);
            var second = cluster.startReady();
            var third = cluster.startReady();
            assertThat(List.of(first.role(), second.role(), third.role()))
                    .containsExactly("active", "standby", "standby");

            for (var old : List.of(first, second, third)) {
                old.stop();
                log.info("A graceful stop was made good after {}", cluster.awaitNewEffects(Duration.ofSeconds(30)));
                cluster.startReady();
                awaitOneActive(cluster);
            }
            var pods = cluster.alive();
            pods.get(0).stop();
            pods.get(1).stop();
            cluster.awaitNewEffects(Duration.ofSeconds(30));

            var audit = cluster.finish(SOON);
            assertThat(audit.missing(cluster.written())).isEmpty();
            assertThat(audit.doubledCommits()).isEmpty();
            assertThat(audit.repeatedOutside()).isZero();
            assertThat(audit.outOfOrder()).isEmpty();
        }
    }

    @Test
    void aStandbyTakesOverFromWhatWasKilledAndFromWhatIsStopped() throws Exception {
        try (var cluster = Cluster.ofTables(1)) {
            var killed = cluster.startReady();
            var stopped = cluster.startReady();
            assertThat(stopped.role()).isEqualTo("standby");
            cluster.awaitNewEffects(SOON);

            killed.kill9();
            var takeover = cluster.awaitNewEffects(SOON);
            log.info("A kill was made good after {}", takeover);
            // Twelve seconds where the machine has nothing else to do.
            assertThat(takeover).isLessThan(Duration.ofSeconds(40));
            assertThat(stopped.role()).isEqualTo("active");

            var next = cluster.startReady();
            stopped.pause();
            log.info("A stall was made good after {}", cluster.awaitNewEffects(SOON));
            assertThat(next.role()).isEqualTo("active");
            stopped.resume();
            await().atMost(SOON).until(() -> stopped.role().equals("standby"));
            cluster.awaitNewEffects(SOON);
            assertThat(next.role()).isEqualTo("active");

            var audit = cluster.finish(SOON);
            assertThat(audit.missing(cluster.written())).isEmpty();
            assertThat(audit.doubledCommits()).isEmpty();
            assertThat(audit.unmarkedRepeats()).isEmpty();
            log.info("{} items, {} outside effects repeated", cluster.written().size(), audit.repeatedOutside());
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
