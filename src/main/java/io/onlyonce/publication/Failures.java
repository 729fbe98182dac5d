package io.onlyonce.publication;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.core.retry.RetryPolicy;

/** Which listeners of a record have failed, how often the record was tried, and whether it is worth another round. Not thread-safe. */
final class Failures {

    private final Map<String, Throwable> thisRound = new LinkedHashMap<>();
    private final Map<String, Throwable> givenUp = new LinkedHashMap<>();
    private final Retries retries;
    private int attempts;

    /** {@code attempts} counts those of an earlier delivery. */
    Failures(RetryPolicy policy, int attempts) {
        this.retries = new Retries(policy);
        this.attempts = attempts;
    }

    /** How many rounds have failed. */
    int attempts() {
        return attempts;
    }

    /** Begins a round: failures of the last one are forgotten, except for listeners that were given up. */
    void beginRound() {
        thisRound.clear();
    }

    void add(String listener, Throwable failure) {
        thisRound.put(listener, failure);
    }

    /** Adds a failure that no further round would mend. */
    void giveUp(String listener, Throwable failure) {
        givenUp.put(listener, failure);
    }

    boolean isGivenUp(String listener) {
        return givenUp.containsKey(listener);
    }

    boolean contain(String listener) {
        return thisRound.containsKey(listener) || givenUp.containsKey(listener);
    }

    boolean isEmpty() {
        return thisRound.isEmpty() && givenUp.isEmpty();
    }

    /** Ends a round in which, or before which, listeners have failed. */
    RoundOutcome endRound() {
        attempts++;
        thisRound.forEach((listener, failure) -> {
            if (!retries.permit(failure)) {
                givenUp.put(listener, failure);
            }
        });
        thisRound.keySet().removeAll(givenUp.keySet());
        Duration delay = thisRound.isEmpty() ? null : retries.delayAfter(attempts);
        if (delay == null) {
            givenUp.putAll(thisRound);
            return new RoundOutcome.GivenUp(inOrder(givenUp));
        }
        return new RoundOutcome.Retry(inOrder(thisRound), longest(delay));
    }

    private static Map<String, Throwable> inOrder(Map<String, Throwable> failures) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(failures));
    }

    /** The policy's delay, or a longer one that a failure asks for. */
    private Duration longest(Duration delay) {
        Duration longest = delay;
        for (Throwable failure : thisRound.values()) {
            if (failure instanceof RetryLaterException later && later.delay().compareTo(longest) > 0) {
                longest = later.delay();
            }
        }
        return longest;
    }

    /** Gives every listener another round. */
    void forgive() {
        givenUp.clear();
    }

    /** Last failure of every listener. */
    Map<String, Throwable> all() {
        Map<String, Throwable> all = new LinkedHashMap<>(givenUp);
        all.putAll(thisRound);
        return all;
    }
}
