package io.onlyonce.chaos;

import io.onlyonce.chaos.Tally.Count;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Steers a {@link FaultProxy}, in this process or another, and reports what it did. */
interface FaultControl {

    /**
     * A fault in an operation.
     *
     * @param fault fault
     * @param operation operation in AWS's words
     */
    record Injection(Fault fault, String operation) {}

    /**
     * An access by an operation.
     *
     * @param operation operation in AWS's words
     * @param access what the operation does to what
     */
    record Use(String operation, Access access) {}

    /** Endpoint that clients are to be given. */
    URI endpoint();

    /** Puts a plan into force, in place of the one before. */
    void plan(FaultPlan plan);

    /** Resets every connection for a while, beginning now; zero ends it. */
    void outage(Duration duration);

    /** Faults that happened. */
    Map<Injection, Count> faults();

    /** Calls that clients made, whatever became of them; parts are items, keys and statements. */
    Map<Use, Count> received();

    /** Calls that the service got, less what was taken out of them. */
    Map<Use, Count> forwarded();

    /** How often the service itself could not be reached. Its caller saw a reset. */
    long failures();

    /** Counts from zero again. */
    void clear();

    /** How often a fault happened. */
    default Count injected(Fault fault) {
        return injected(injection -> injection.fault() == fault);
    }

    /** How often a fault happened in an operation. */
    default Count injected(Fault fault, String operation) {
        return faults().getOrDefault(new Injection(fault, operation), Count.NONE);
    }

    /** How often chosen faults happened. */
    default Count injected(Predicate<Injection> which) {
        return faults().entrySet().stream()
                .filter(entry -> which.test(entry.getKey()))
                .map(Map.Entry::getValue)
                .reduce(Count.NONE, Count::plus);
    }

    /** All that clients did, as an IAM policy has to allow it. */
    default Set<Access> accesses() {
        return received().keySet().stream().map(Use::access).collect(Collectors.toSet());
    }
}
