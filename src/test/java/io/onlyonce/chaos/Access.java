package io.onlyonce.chaos;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a call does to a resource, in the words of an IAM policy.
 *
 * @param action action without its prefix {@code dynamodb:}
 * @param resource resource from {@code table/} on; {@code *} where the action knows none
 */
record Access(String action, String resource) {

    private static final String ANYTHING = "*";

    private static final Pattern STATEMENT = Pattern.compile(
            "\\s*(INSERT\\s+INTO|UPDATE|DELETE\\s+FROM|SELECT\\b.*?\\bFROM)\\s+(?:\"([^\"]+)\"|([\\w.-]+))(?:\\.\"([^\"]+)\")?",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** What a request does, with the number of items, keys or statements. */
    static Map<Access, Integer> of(String operation, Map<String, String> request) {
        return switch (operation) {
            case "BatchGetItem" ->
                batch(operation, request, table -> Json.members(table).get("Keys"));
            case "BatchWriteItem" -> batch(operation, request, table -> table);
            case "TransactWriteItems", "TransactGetItems" ->
                counted(elements(request, "TransactItems").map(Access::ofTransactItem));
            case "BatchExecuteStatement" ->
                counted(elements(request, "Statements").map(statement -> ofStatement(Json.members(statement))));
            case "ExecuteTransaction" ->
                counted(elements(request, "TransactStatements").map(statement -> ofStatement(Json.members(statement))));
            case "ExecuteStatement" -> Map.of(ofStatement(request), 1);
            case "GetRecords" -> Map.of(new Access(operation, streamOf(text(request, "ShardIterator"))), 1);
            case "ListStreams", "ListTables" -> Map.of(new Access(operation, ANYTHING), 1);
            default -> Map.of(new Access(operation, resourceOf(request)), 1);
        };
    }

    private static Map<Access, Integer> batch(
            String operation, Map<String, String> request, UnaryOperator<String> parts) {
        Map<Access, Integer> accesses = new LinkedHashMap<>();
        Json.members(request.get("RequestItems"))
                .forEach((table, raw) -> accesses.put(
                        new Access(operation, resource(table)),
                        Json.elements(parts.apply(raw)).size()));
        return accesses;
    }

    private static Stream<String> elements(Map<String, String> request, String member) {
        return Json.elements(request.get(member)).stream();
    }

    private static Map<Access, Integer> counted(Stream<Access> accesses) {
        Map<Access, Integer> counted = new LinkedHashMap<>();
        accesses.forEach(access -> counted.merge(access, 1, Integer::sum));
        return counted;
    }

    private static Access ofTransactItem(String item) {
        var entry = Json.members(item).entrySet().iterator().next();
        String action = entry.getKey().equals("ConditionCheck") ? "ConditionCheckItem" : entry.getKey() + "Item";
        return new Access(action, resource(text(Json.members(entry.getValue()), "TableName")));
    }

    private static Access ofStatement(Map<String, String> statement) {
        Matcher matcher = STATEMENT.matcher(text(statement, "Statement"));
        if (!matcher.lookingAt()) {
            return new Access("PartiQL", ANYTHING);
        }
        String verb = matcher.group(1);
        String table = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
        String index = matcher.group(4) == null ? "" : "/index/" + matcher.group(4);
        return new Access(
                "PartiQL" + verb.substring(0, 1).toUpperCase(Locale.ROOT)
                        + verb.substring(1, 6).toLowerCase(Locale.ROOT),
                resource(table) + index);
    }

    private static String resourceOf(Map<String, String> request) {
        for (String arn : List.of("StreamArn", "ResourceArn")) {
            if (request.containsKey(arn)) {
                return resource(text(request, arn));
            }
        }
        if (!request.containsKey("TableName")) {
            return ANYTHING;
        }
        String table = resource(text(request, "TableName"));
        return request.containsKey("IndexName") ? table + "/index/" + text(request, "IndexName") : table;
    }

    /** DynamoDB Local writes the stream's ARN into an iterator; AWS's are opaque. */
    private static String streamOf(String iterator) {
        int end = iterator.indexOf('|');
        return iterator.startsWith("arn:") && end > 0 ? resource(iterator.substring(0, end)) : ANYTHING;
    }

    /** A table may be named by its ARN as well. */
    private static String resource(String nameOrArn) {
        return nameOrArn.startsWith("arn:") ? nameOrArn.split(":", 6)[5] : "table/" + nameOrArn;
    }

    private static String text(Map<String, String> object, String member) {
        return Json.text(object.get(member));
    }
}
