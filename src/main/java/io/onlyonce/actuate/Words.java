package io.onlyonce.actuate;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How values are written in what actuator shows. */
final class Words {

    private Words() {}

    /** In lower case, with dashes. */
    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static @Nullable String ofNullable(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    /** As a decimal number, exact to the millisecond. */
    static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
