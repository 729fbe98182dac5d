package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.chaos.FaultControl.Injection;
import io.onlyonce.chaos.FaultPlan.Rule;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything goes wrong at once: every kind of fault between the service and DynamoDB, outages, and kills. Short as part of the build; long with
 * {@code ./mvnw test -Dtest=ChaosTests -Dchaos.minutes=10 -Dchaos.items=50000 -Dchaos.kills=20 -Dchaos.probability=0.003 -Dchaos.concurrency=32}; {@code -Dchaos.seed} repeats a run.
 */
class ChaosTests {

    private static final Logger log = LoggerFactory.getLogger(ChaosTests.class);

    @Test
    void nothingIsMissingAndNothingIsDoubled() throws Exception {
        long seed = Long.getLong("chaos.seed", new Random().nextInt(1_000_000));
        var duration = Duration.ofSeconds((long) (60 * Double.parseDouble(System.getProperty("chaos.minutes", "0.5"))));
        int items = Integer.getInteger("chaos.items", 600);
        int kills = Integer.getInteger("chaos.kills", 2);
        double probability = Double.parseDouble(System.getProperty("chaos.probability", "0.02"));
        int concurrency = Integer.getInteger("chaos.concurrency", 1);
        log.info("Seed {}: {} items in {}, {} kills", seed, items, duration, kills);
        // Several keys are read at once only after a kill, streams are seldom described, and pages of a backlog are
        // large: few calls can fail so.
        var faults = FaultPlan.everything(seed, probability)
                .with(Fault.UNPROCESSED_KEYS, 0.3)
                .with(Fault.LIMIT_EXCEEDED, 0.2)
                .with(Fault.EXPIRED_ITERATOR, 0.05)
                .with(Fault.REPEATED_PAGE, 0.05)
                .with(Fault.EMPTY_PAGE, 0.05);
        var settings = new Survival.Settings(items, duration, kills, faults, concurrency);

        var outcome = new Survival(settings).run();

        var audit = outcome.audit();
        log.info(
                "{} items, {} kills, {} outages, {} s; {} quarantined and redriven, {} committed, {} outside effects repeated; faults: {}",
                outcome.expected().size(),
                outcome.kills(),
                outcome.outages(),
                outcome.took().toSeconds(),
                outcome.quarantined().size(),
                audit.committed(),
                audit.repeatedOutside(),
                outcome.injected());
        assertThat(audit.missing(outcome.expected()))
                .as("missing, seed %d", seed)
                .isEmpty();
        assertThat(outcome.poison()).isNotEmpty();
        assertThat(outcome.quarantined())
                .as("quarantined, seed %d", seed)
                .containsExactlyInAnyOrderElementsOf(outcome.poison());
        assertThat(audit.healed()).as("redriven, seed %d", seed).isEqualTo(outcome.poison());
        assertThat(audit.doubledCommits()).as("doubled, seed %d", seed).isEmpty();
        assertThat(audit.unmarkedRepeats())
                .as("repeated unmarked, seed %d", seed)
                .isEmpty();
        var injected =
                outcome.injected().keySet().stream().map(Injection::fault).collect(Collectors.toSet());
        assertThat(injected).as("faults, seed %d", seed).isNotEmpty();
        if (duration.compareTo(Duration.ofMinutes(5)) >= 0) {
            assertThat(injected)
                    .as("faults, seed %d", seed)
                    .containsAll(faults.rules().stream().map(Rule::fault).toList());
        }
        if (concurrency == 1) {
            assertThat(audit.outOfOrder()).as("out of order, seed %d", seed).isEmpty();
        }
    }
}
