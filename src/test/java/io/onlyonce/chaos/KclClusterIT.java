package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Three processes of the kcl engine that share the shards of several tables; DynamoDB Local has one shard a table. */
class KclClusterIT {

    private static final Logger log = LoggerFactory.getLogger(KclClusterIT.class);

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(120);

    @Test
    void shardsAreSharedAndNothingIsLostOrDoubledWhateverHappensToAProcess() throws Exception {
        try (var cluster = new Cluster(6, "--onlyonce.engine=kcl")) {
            var first = cluster.startReady();
            cluster.awaitNewEffects(LONG_ENOUGH);
            var second = cluster.startReady();
            var third = cluster.startReady();
            await().atMost(LONG_ENOUGH).until(() -> cluster.alive().stream().allMatch(pod -> pod.shardsInHand() > 0));
            log.info(
                    "Three processes have {}, {} and {} shards in hand",
                    first.shardsInHand(),
                    second.shardsInHand(),
                    third.shardsInHand());

            first.kill9();
            log.info("A kill was made good after {}", cluster.awaitNewEffectsOfAllTables(LONG_ENOUGH));
            second.pause();
            log.info("A stall was made good after {}", cluster.awaitNewEffectsOfAllTables(LONG_ENOUGH));
            second.resume();
            cluster.startReady();
            third.stop();
            log.info("A graceful stop was made good after {}", cluster.awaitNewEffectsOfAllTables(LONG_ENOUGH));
            second.stop();
            cluster.awaitNewEffectsOfAllTables(LONG_ENOUGH);

            var audit = cluster.finish(LONG_ENOUGH);
            log.info("{} items, {} outside effects repeated", cluster.written().size(), audit.repeatedOutside());
            assertThat(audit.missing(cluster.written())).isEmpty();
            assertThat(audit.doubledCommits()).isEmpty();
            assertThat(audit.unmarkedRepeats()).isEmpty();
        }
    }
}
