package io.onlyonce.bench;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What a JVM writes with {@code -Xlog:gc}. */
record GcLog(String text) {

    /** Other pauses collect nothing to speak of: what is used after them is garbage for the most part. */
    private static final Pattern COLLECTION = Pattern.compile("Pause (Young|Full)");

    private static final Pattern PAUSE =
            Pattern.compile("(?m)GC\\(\\d+\\) Pause .* \\d+[KMG]->(\\d+)([KMG])\\(.*\\) ([\\d.]+)ms$");

    /** Used heap after a collection, in MB, where it was highest; zero without a collection. */
    double highestAfter() {
        return PAUSE.matcher(text)
                .results()
                .filter(pause -> COLLECTION.matcher(pause.group()).find())
                .mapToDouble(GcLog::megabytes)
                .max()
                .orElse(0);
    }

    /** Time of all pauses, in seconds. */
    double pausesSeconds() {
        return PAUSE.matcher(text)
                        .results()
                        .mapToDouble(pause -> Double.parseDouble(pause.group(3)))
                        .sum()
                / 1000;
    }

    private static double megabytes(MatchResult pause) {
        double number = Double.parseDouble(pause.group(1));
        return switch (pause.group(2)) {
            case "K" -> number / 1024;
            case "G" -> number * 1024;
            default -> number;
        };
    }
}
