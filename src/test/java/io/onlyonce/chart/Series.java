package io.onlyonce.chart;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The names of series and of their labels in PromQL and in what a service answers to a scrape. */
final class Series {

    private static final Pattern USED = Pattern.compile("\\b((?:onlyonce|jvm|process|logback)_[a-z_]+)\\{([^}]*)}");
    private static final Pattern NAKED = Pattern.compile("\\b(onlyonce_[a-z_]+)(?!\\{|[a-z_])");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)\\s*(?:=~|!~|!=|=)\\s*\"");
    private static final Pattern GROUPING = Pattern.compile("\\bby \\(([^)]*)\\)");
    private static final Pattern SAMPLE = Pattern.compile("^([a-zA-Z_:]+)(?:\\{(.*)})? \\S+$");

    private Series() {}

    /** Name to labels that an expression matches by. A name without matchers is a mistake. */
    static Map<String, Set<String>> used(String expression) {
        NAKED.matcher(expression).results().findFirst().ifPresent(naked -> {
            throw new AssertionError(naked.group() + " has no label matchers in " + expression);
        });
        var found = new LinkedHashMap<String, Set<String>>();
        USED.matcher(expression).results().forEach(use -> found.computeIfAbsent(use.group(1), name -> new TreeSet<>())
                .addAll(labels(use.group(2))));
        return found;
    }

    /** Labels that an expression groups by. */
    static Set<String> groupings(String expression) {
        var found = new TreeSet<String>();
        GROUPING.matcher(expression)
                .results()
                .forEach(grouping -> found.addAll(Set.of(grouping.group(1).split(",\\s*"))));
        return found;
    }

    /** Name to labels of what a service serves. */
    static Map<String, Set<String>> served(String scrape) {
        var found = new TreeMap<String, Set<String>>();
        scrape.lines().filter(line -> !line.startsWith("#")).forEach(line -> SAMPLE.matcher(line)
                .results()
                .forEach(sample -> found.computeIfAbsent(sample.group(1), name -> new TreeSet<>())
                        .addAll(labels(sample.group(2) == null ? "" : sample.group(2)))));
        return found;
    }

    private static Set<String> labels(String matchers) {
        var found = new TreeSet<String>();
        LABEL.matcher(matchers)
                .results()
                .map(MatchResult::group)
                .forEach(label -> found.add(label.replaceAll("[^a-z_]", "")));
        return found;
    }
}
