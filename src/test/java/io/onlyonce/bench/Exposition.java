package io.onlyonce.bench;

import java.util.Arrays;
import java.util.regex.Pattern;

/** What {@code /actuator/prometheus} answers. */
record Exposition(String text) {

    private static final Pattern SAMPLE = Pattern.compile("(?m)^(\\w+)(?:\\{(.*)})? (\\S+)$");

    /** Sum of the samples of a name that have all of the labels, each written as {@code name="value"}. */
    double sum(String name, String... labels) {
        return SAMPLE.matcher(text)
                .results()
                .filter(sample -> sample.group(1).equals(name))
                .filter(sample -> Arrays.stream(labels)
                        .allMatch(label -> (',' + sample.group(2) + ',').contains(',' + label + ',')))
                .mapToDouble(sample -> Double.parseDouble(sample.group(3)))
                .sum();
    }
}
