package io.onlyonce.metrics;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** One meter for each constant of an enum, all made at once, so that all exist at zero and none is looked up in the registry later. */
final class EnumMeters<E extends Enum<E>, M> {

    private final Map<E, M> meters;

    EnumMeters(Class<E> type, Function<E, M> meter) {
        meters = new EnumMap<>(type);
        for (E constant : type.getEnumConstants()) {
            meters.put(constant, meter.apply(constant));
        }
    }

    M of(E constant) {
        return Objects.requireNonNull(meters.get(constant));
    }

    /** How a constant is written as a tag's value: in lower case, with dashes. */
    static String tag(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
