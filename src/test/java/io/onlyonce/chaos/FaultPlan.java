package io.onlyonce.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which calls go wrong, how, and how often.
 *
 * @param seed the n-th call of an operation fares the same at every run with the same seed and rules
 * @param minDelay least delay of the faults that delay
 * @param maxDelay most delay of the faults that delay
 * @param rules rules; one call takes at most one fault, of the rule that comes first, and delays besides
 */
record FaultPlan(long seed, Duration minDelay, Duration maxDelay, List<Rule> rules) {

    private static final String ANY = "*";

    FaultPlan {
        rules = List.copyOf(rules);
    }

    /**
     * One kind of fault.
     *
     * @param fault kind
     * @param probability share of the calls that fail so
     * @param operation operation that it is limited to, {@code *} if none
     * @param table table that it is limited to, stream and indexes included, {@code *} if none
     * @param limit how often at most
     */
    record Rule(Fault fault, double probability, String operation, String table, long limit) {

        Rule {
            if (probability < 0 || probability > 1) {
                throw new IllegalArgumentException("Not a probability: " + probability);
            }
            if (fault == Fault.OUTAGE || (!operation.equals(ANY) && !fault.fits(operation))) {
                throw new IllegalArgumentException(fault + " cannot happen in " + operation);
            }
        }

        /** Wherever the fault can happen. */
        static Rule of(Fault fault, double probability) {
            return new Rule(fault, probability, ANY, ANY, Long.MAX_VALUE);
        }

        /** The next call that can fail so, and no further one. */
        static Rule once(Fault fault) {
            return of(fault, 1).atMost(1);
        }

        Rule in(String onlyOperation) {
            return new Rule(fault, probability, onlyOperation, table, limit);
        }

        Rule on(String onlyTable) {
            return new Rule(fault, probability, operation, onlyTable, limit);
        }

        Rule atMost(long times) {
            return new Rule(fault, probability, operation, table, times);
        }

        boolean fits(ApiCall call) {
            return (operation.equals(ANY) || operation.equals(call.operation()))
                    && fault.fits(call.operation())
                    && (table.equals(ANY) || call.touches(table));
        }
    }

    /** Nothing goes wrong. */
    static FaultPlan none() {
        return seeded(0);
    }

    /** A plan without rules, whose delays are from 1 to 50 ms. */
    static FaultPlan seeded(long seed) {
        return new FaultPlan(seed, Duration.ofMillis(1), Duration.ofMillis(50), List.of());
    }

    /** Every kind of fault with the same probability, wherever it can happen. */
    static FaultPlan everything(long seed, double probability) {
        FaultPlan plan = seeded(seed);
        for (Fault fault : Fault.values()) {
            if (fault != Fault.OUTAGE) {
                plan = plan.with(fault, probability);
            }
        }
        return plan;
    }

    FaultPlan with(Fault fault, double probability) {
        return with(Rule.of(fault, probability));
    }

    FaultPlan with(Rule rule) {
        List<Rule> more = new ArrayList<>(rules);
        more.add(rule);
        return new FaultPlan(seed, minDelay, maxDelay, more);
    }

    /** Delays at random between two bounds; equal ones make it fixed. */
    FaultPlan delays(Duration min, Duration max) {
        return new FaultPlan(seed, min, max, rules);
    }

    /** As text, for another process: a line {@code seed minDelay maxDelay} and a line for each rule. */
    String text() {
        return rules.stream()
                .map(rule -> String.join(
                        " ",
                        rule.fault.name(),
                        Double.toString(rule.probability),
                        rule.operation,
                        rule.table,
                        Long.toString(rule.limit)))
                .collect(Collectors.joining("\n", seed + " " + minDelay + " " + maxDelay + "\n", ""));
    }

    /** Reads what {@link #text} wrote. */
    static FaultPlan parse(String text) {
        List<String> lines = text.lines().toList();
        String[] head = lines.get(0).split(" ", -1);
        List<Rule> rules = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] part = line.split(" ", -1);
            rules.add(new Rule(
                    Fault.valueOf(part[0]), Double.parseDouble(part[1]), part[2], part[3], Long.parseLong(part[4])));
        }
        return new FaultPlan(Long.parseLong(head[0]), Duration.parse(head[1]), Duration.parse(head[2]), rules);
    }
}
