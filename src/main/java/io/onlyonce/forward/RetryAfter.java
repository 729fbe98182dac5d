package io.onlyonce.forward;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Reads the header {@code Retry-After}: seconds, or a date. */
final class RetryAfter {

    private static final DateTimeFormatter DATE = DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT);

    private RetryAfter() {}

    /** Time to wait, between zero and {@code longest}; zero if the value means nothing. */
    static Duration parse(String value, Duration longest, Clock clock) {
        String trimmed = value.trim();
        Duration delay;
        if (trimmed.matches("\\d{1,9}")) {
            delay = Duration.ofSeconds(Long.parseLong(trimmed));
        } else {
            try {
                delay = Duration.between(clock.instant(), DATE.parse(trimmed, Instant::from));
            } catch (DateTimeException e) {
                return Duration.ZERO;
            }
        }
        if (delay.isNegative()) {
            return Duration.ZERO;
        }
        return delay.compareTo(longest) > 0 ? longest : delay;
    }
}
