package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.chaos.ChaosAudit.Commits;
import io.onlyonce.chaos.ChaosAudit.Run;
import io.onlyonce.stream.SequenceNumber;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The audit finds what it is there to find. */
class ChaosAuditTests {

    private static Run run(String process, int attempt, boolean redelivered) {
        return new Run("event", "table", new SequenceNumber("1"), redelivered, attempt, process, attempt);
    }

    private static ChaosAudit audit(Run... runs) {
        return new ChaosAudit(Map.of(), List.of(runs));
    }

    @Test
    void attemptsOfOneDeliveryAreNoRepeat() {
        assertThat(audit(run("one", 1, false), run("one", 2, false), run("two", 2, true), run("two", 3, true))
                        .unmarkedRepeats())
                .isEmpty();
    }

    @Test
    void aTakeoverThatLosesTheMarkIsARepeatWhateverItsAttempt() {
        assertThat(audit(run("one", 1, false), run("two", 1, false)).unmarkedRepeats())
                .containsExactly("event");
        assertThat(audit(run("one", 1, false), run("two", 2, false)).unmarkedRepeats())
                .containsExactly("event");
    }

    @Test
    void theSameAttemptTwiceIsARepeat() {
        assertThat(audit(run("one", 1, false), run("one", 1, false)).unmarkedRepeats())
                .containsExactly("event");
    }

    @Test
    void orderIsThatOfATableInAProcess() {
        var first = new Run("1", "one", new SequenceNumber("1"), false, 1, "a", 1);
        var second = new Run("2", "one", new SequenceNumber("2"), false, 1, "a", 2);
        var swapped = new Run("2", "one", new SequenceNumber("2"), false, 1, "a", 0);

        assertThat(audit(first, second).outOfOrder()).isEmpty();
        assertThat(audit(first, swapped).outOfOrder()).hasSize(1);
        assertThat(audit(first, new Run("2", "two", new SequenceNumber("2"), false, 1, "a", 0))
                        .outOfOrder())
                .isEmpty();
        assertThat(audit(first, new Run("2", "one", new SequenceNumber("2"), false, 1, "b", 0))
                        .outOfOrder())
                .isEmpty();
    }

    @Test
    void eachEffectIsMissedAndEachDoubledCommitFound() {
        var outside = new Run("complete", "table", new SequenceNumber("1"), false, 1, "one", 1);
        var audit = new ChaosAudit(
                Map.of(
                        "complete", new Commits(1, 1, 0),
                        "steady", new Commits(2, 0, 0),
                        "flaky", new Commits(0, 2, 0),
                        "healed", new Commits(1, 1, 2)),
                List.of(outside));

        assertThat(audit.missing(Set.of("complete", "steady", "flaky", "none")))
                .containsExactly("flaky", "none", "steady");
        assertThat(audit.doubledCommits()).containsExactlyInAnyOrder("steady", "flaky", "healed");
        assertThat(audit.healed()).containsExactly("healed");
    }
}
