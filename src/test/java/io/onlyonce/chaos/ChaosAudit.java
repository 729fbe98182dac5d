package io.onlyonce.chaos;

import io.onlyonce.stream.SequenceNumber;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What the effects of a run say, once it is over. */
final class ChaosAudit {

    private final Map<String, Commits> committed = new HashMap<>();
    private final Map<String, List<Run>> outside = new HashMap<>();

    /** How often each of the listeners that commit has done so for an item. */
    record Commits(int steady, int flaky, int healed) {}

    /** One run of the listener with the outside effect. */
    record Run(
            String event,
            String table,
            SequenceNumber sequence,
            boolean redelivered,
            int attempt,
            String process,
            long order) {}

    private record Reader(String process, String table) {}

    ChaosAudit(DynamoDbClient client, ChaosTables tables) {
        client.scanPaginator(scan -> scan.tableName(tables.committed()).consistentRead(true)).items().stream()
                .filter(item -> !item.equals(ChaosTables.HEALED))
                .forEach(item -> committed.put(
                        item.get("id").s(),
                        new Commits(
                                count(item, ChaosTables.RUNS),
                                count(item, ChaosTables.FLAKY_RUNS),
                                count(item, ChaosTables.HEALED_RUNS))));
        client.scanPaginator(scan -> scan.tableName(tables.outside()).consistentRead(true)).items().stream()
                .forEach(item -> outside.computeIfAbsent(item.get("id").s(), id -> new ArrayList<>())
                        .add(run(item)));
    }

    ChaosAudit(Map<String, Commits> committed, List<Run> outside) {
        this.committed.putAll(committed);
        outside.forEach(run -> this.outside
                .computeIfAbsent(run.event(), id -> new ArrayList<>())
                .add(run));
    }

    private static int count(Map<String, AttributeValue> item, String attribute) {
        return item.containsKey(attribute)
                ? Integer.parseInt(item.get(attribute).n())
                : 0;
    }

    private static Run run(Map<String, AttributeValue> item) {
        return new Run(
                item.get("event").s(),
                item.get("table").s(),
                new SequenceNumber(item.get("sequence").s()),
                item.get("redelivered").bool(),
                Integer.parseInt(item.get("attempt").n()),
                item.get("process").s(),
                Long.parseLong(item.get("order").n()));
    }

    int committed() {
        return committed.size();
    }

    int outside() {
        return outside.size();
    }

    /** Whether an item has taken all effects. */
    boolean isThere(String key) {
        Commits commits = committed.get(key);
        return commits != null && commits.steady() > 0 && commits.flaky() > 0 && outside.containsKey(key);
    }

    /** Keys of which an effect is missing. */
    Set<String> missing(Set<String> expected) {
        var missing = new TreeSet<>(expected);
        missing.removeIf(this::isThere);
        return missing;
    }

    /** Keys for which the listener that could not handle them at first has committed. */
    Set<String> healed() {
        return committed.entrySet().stream()
                .filter(entry -> entry.getValue().healed() > 0)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** Keys of which a committed effect happened more than once. */
    Set<String> doubledCommits() {
        return committed.entrySet().stream()
                .filter(entry -> entry.getValue().steady() > 1
                        || entry.getValue().flaky() > 1
                        || entry.getValue().healed() > 1)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** Keys whose outside effect happened more than once. */
    long repeatedOutside() {
        return outside.values().stream().filter(runs -> runs.size() > 1).count();
    }

    /** Keys of which more than one delivery was not marked as redelivered: what is not marked ran in one process, in attempts that differ. */
    Set<String> unmarkedRepeats() {
        return outside.entrySet().stream()
                .filter(entry -> isRepeatedUnmarked(entry.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private static boolean isRepeatedUnmarked(List<Run> runs) {
        var unmarkedByEvent =
                runs.stream().filter(run -> !run.redelivered()).collect(Collectors.groupingBy(Run::event));
        return unmarkedByEvent.values().stream()
                .anyMatch(unmarked -> unmarked.stream()
                                        .map(Run::process)
                                        .distinct()
                                        .count()
                                > 1
                        || unmarked.stream().map(Run::attempt).distinct().count() < unmarked.size());
    }

    /** Pairs of first deliveries that one process ran in another order than that of their shard; for tables of one shard each. */
    List<String> outOfOrder() {
        var violations = new ArrayList<String>();
        var byReader = outside.values().stream()
                .flatMap(List::stream)
                .filter(run -> run.attempt() == 1 && !run.redelivered())
                .collect(Collectors.groupingBy(run -> new Reader(run.process(), run.table())));
        byReader.forEach((reader, runs) -> {
            runs.sort(Comparator.comparingLong(Run::order));
            for (int i = 1; i < runs.size(); i++) {
                if (!runs.get(i).sequence().isAfter(runs.get(i - 1).sequence())) {
                    violations.add(runs.get(i - 1) + " before " + runs.get(i));
                }
            }
        });
        return violations;
    }
}
