package io.onlyonce.publication;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Which listeners of a record have failed, how often the record was tried, and whether it is worth another round. Not thread-safe. */
final class Failures {

    private final Map<String, Throwable> thisRound = new LinkedHashMap<>();
    private final Map<String, Throwable> givenUp = new LinkedHashMap<>();
    private final Retries retries;
    private final Patience patience;
    private int attempts;
    private int spent;

    /** {@code attempts} counts those of an earlier delivery, all of which count as spent. */
    Failures(DeliverySettings settings, int attempts, LongSupplier ticker) {
        this.retries = new Retries(settings.retryPolicy());
        this.patience = new Patience(settings.patience(), ticker);
        this.attempts = attempts;
        this.spent = attempts;
    }

    /** How many rounds have failed; grows with each of them, because others see by it that the record is looked after. */
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
            if (failure instanceof RetryLaterException later ? !patience.bears(later) : !retries.permit(failure)) {
                givenUp.put(listener, failure);
            }
        });
        thisRound.keySet().removeAll(givenUp.keySet());
        Duration delay = delayAfterAttempt();
        for (Throwable failure : thisRound.values()) {
            if (failure instanceof RetryLaterException later) {
                Duration wait = patience.delayAfter(later);
                delay = wait.compareTo(delay) > 0 ? wait : delay;
            }
        }
        return thisRound.isEmpty()
                ? new RoundOutcome.GivenUp(inOrder(givenUp))
                : new RoundOutcome.Retry(inOrder(thisRound), delay);
    }

    private static Map<String, Throwable> inOrder(Map<String, Throwable> failures) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(failures));
    }

    /** Time to wait for listeners whose failures use up attempts; zero if there are none, or none any more because the attempts are used up. */
    private Duration delayAfterAttempt() {
        Map<String, Throwable> spending = new LinkedHashMap<>(thisRound);
        spending.values().removeIf(RetryLaterException.class::isInstance);
        if (spending.isEmpty()) {
            return Duration.ZERO;
        }
        spent++;
        Duration delay = retries.delayAfter(spent);
        if (delay == null) {
            givenUp.putAll(spending);
            thisRound.keySet().removeAll(spending.keySet());
            return Duration.ZERO;
        }
        return delay;
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
