package io.onlyonce.chaos;

import io.onlyonce.chaos.FaultPlan.Rule;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/** Throws the dice for each call, by a plan. */
final class FaultDice {

    private final FaultPlan plan;
    private final Map<String, AtomicLong> ordinals = new ConcurrentHashMap<>();
    private final AtomicLongArray left;

    FaultDice(FaultPlan plan) {
        this.plan = plan;
        this.left =
                new AtomicLongArray(plan.rules().stream().mapToLong(Rule::limit).toArray());
    }

    /**
     * What the dice say about a call.
     *
     * @param fault how it fails, if it does
     * @param requestDelay how long the request is held up
     * @param answerDelay how long the answer is held up
     * @param random for what else is left to chance
     * @param giveBack to be run if the fault turns out not to be possible, so that its limit holds for those that happen
     */
    record Decision(
            @Nullable Fault fault,
            Duration requestDelay,
            Duration answerDelay,
            SplittableRandom random,
            Runnable giveBack) {}

    Decision decide(ApiCall call) {
        long ordinal = ordinals.computeIfAbsent(call.operation(), operation -> new AtomicLong())
                .getAndIncrement();
        var random = new SplittableRandom(plan.seed() ^ ((long) call.operation().hashCode() << 32) ^ ordinal);
        Fault fault = null;
        Duration requestDelay = Duration.ZERO;
        Duration answerDelay = Duration.ZERO;
        Runnable giveBack = () -> {};
        double exclusive = random.nextDouble();
        for (int i = 0; i < plan.rules().size(); i++) {
            Rule rule = plan.rules().get(i);
            if (!rule.fits(call)) {
                continue;
            }
            if (rule.fault().isDelay()) {
                boolean hit = random.nextDouble() < rule.probability();
                Duration delay = delay(random);
                if (hit && take(i)) {
                    requestDelay = rule.fault() == Fault.DELAYED_REQUEST ? delay : requestDelay;
                    answerDelay = rule.fault() == Fault.DELAYED_ANSWER ? delay : answerDelay;
                }
            } else if (fault == null) {
                // One number for all: each rule owns a stretch between 0 and 1, so probabilities add up.
                if (exclusive < rule.probability() && take(i)) {
                    int index = i;
                    fault = rule.fault();
                    giveBack = () -> left.incrementAndGet(index);
                }
                exclusive -= rule.probability();
            }
        }
        return new Decision(fault, requestDelay, answerDelay, random, giveBack);
    }

    private Duration delay(SplittableRandom random) {
        long min = plan.minDelay().toNanos();
        long max = plan.maxDelay().toNanos();
        return Duration.ofNanos(min + (long) (random.nextDouble() * (max - min)));
    }

    private boolean take(int rule) {
        long before = left.getAndUpdate(rule, count -> Math.max(0, count - 1));
        return before > 0;
    }
}
