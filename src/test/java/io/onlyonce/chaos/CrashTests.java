package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A service that is killed in the middle of its work, in a process of its own. */
class CrashTests {

    private static final Logger log = LoggerFactory.getLogger(CrashTests.class);

    @Test
    void tenThousandItemsArriveThoughTheServiceIsKilledFiveTimes() throws Exception {
        var settings = new Survival.Settings(10_000, Duration.ofSeconds(50), 5, FaultPlan.none(), 8);

        var outcome = new Survival(settings).run();

        var audit = outcome.audit();
        log.info(
                "{} items, {} kills, {} s: {} quarantined and redriven, {} committed once, {} outside effects repeated",
                outcome.expected().size(),
                outcome.kills(),
                outcome.took().toSeconds(),
                outcome.quarantined().size(),
                audit.committed(),
                audit.repeatedOutside());
        assertThat(outcome.expected()).hasSize(10_000);
        assertThat(audit.missing(outcome.expected())).isEmpty();
        assertThat(outcome.poison()).isNotEmpty();
        assertThat(outcome.quarantined()).containsExactlyInAnyOrderElementsOf(outcome.poison());
        assertThat(audit.healed()).isEqualTo(outcome.poison());
        assertThat(audit.doubledCommits()).isEmpty();
        assertThat(audit.unmarkedRepeats()).isEmpty();
    }
}
