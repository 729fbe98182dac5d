package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.onlyonce.chaos.FaultPlan.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultPlanTests {

    private static final ApiCall PUT =
            new ApiCall("PutItem", new HttpMessage("POST / HTTP/1.1\r\n", "{\"TableName\":\"orders\"}"));

    @Test
    void textSaysAll() {
        FaultPlan plan = FaultPlan.everything(42, 0.001)
                .delays(Duration.ofMillis(5), Duration.ofSeconds(2))
                .with(Rule.once(Fault.RESET_AFTER).in("PutItem").on("orders"));

        assertThat(FaultPlan.parse(plan.text())).isEqualTo(plan);
        assertThat(FaultPlan.parse(FaultPlan.none().text())).isEqualTo(FaultPlan.none());
    }

    @Test
    void refusesWhatCannotHappen() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rule.of(Fault.EXPIRED_ITERATOR, 0.1).in("PutItem"));
        assertThatIllegalArgumentException().isThrownBy(() -> Rule.of(Fault.OUTAGE, 0.1));
        assertThatIllegalArgumentException().isThrownBy(() -> Rule.of(Fault.THROTTLING, 1.1));
    }

    @Test
    void sameSeedMeansSameFaults() {
        FaultPlan plan = FaultPlan.everything(42, 0.05);

        assertThat(faults(plan, 1000)).isEqualTo(faults(plan, 1000));
        assertThat(faults(plan, 1000)).isNotEqualTo(faults(FaultPlan.everything(43, 0.05), 1000));
    }

    @Test
    void probabilitiesHoldForEachFault() {
        FaultPlan plan = FaultPlan.seeded(1)
                .with(Fault.THROTTLING, 0.1)
                .with(Fault.RESET_AFTER, 0.2)
                .with(Fault.EXPIRED_ITERATOR, 1);

        List<Fault> faults = faults(plan, 20_000);

        assertThat(faults.stream().filter(Fault.THROTTLING::equals).count()).isCloseTo(2000, within(200L));
        assertThat(faults.stream().filter(Fault.RESET_AFTER::equals).count()).isCloseTo(4000, within(300L));
        assertThat(faults).doesNotContain(Fault.EXPIRED_ITERATOR);
    }

    @Test
    void limitHolds() {
        FaultPlan plan = FaultPlan.none().with(Rule.of(Fault.THROTTLING, 1).atMost(2));

        assertThat(faults(plan, 4)).containsExactly(Fault.THROTTLING, Fault.THROTTLING, null, null);
    }

    private static List<Fault> faults(FaultPlan plan, int calls) {
        var dice = new FaultDice(plan);
        List<Fault> faults = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            faults.add(dice.decide(PUT).fault());
        }
        return faults;
    }
}
