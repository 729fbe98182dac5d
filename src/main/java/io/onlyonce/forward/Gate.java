package io.onlyonce.forward;

import io.onlyonce.publication.RetryLaterException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Keeps every item, of whichever shard, from a receiver for as long as it has asked for. */
final class Gate {

    /** What asks for more may be a mistake, and the stream holds its records for a day only. */
    static final Duration LONGEST = Duration.ofHours(1);

    private final String receiver;
    private final Duration longestDelay;
    private final Clock clock;
    private Instant opens = Instant.EPOCH;

    /** {@code longestDelay} is how long an item may go without showing that it is looked after. */
    Gate(String receiver, Duration longestDelay, Clock clock) {
        this.receiver = receiver;
        this.longestDelay = longestDelay;
        this.clock = clock;
    }

    /** Throws if it is closed. */
    void pass() {
        Duration rest = close(Duration.ZERO);
        if (!rest.isZero()) {
            throw RetryLaterException.untried(receiver + " has asked to be left alone for some time", rest);
        }
    }

    /** Closes for some time, unless it is closed for longer; answers when to look at it again. */
    synchronized Duration close(Duration time) {
        Instant now = clock.instant();
        Instant asked = now.plus(time);
        opens = asked.isAfter(opens) ? asked : opens;
        Duration rest = Duration.between(now, opens);
        return rest.compareTo(longestDelay) > 0 ? longestDelay : rest;
    }
}
