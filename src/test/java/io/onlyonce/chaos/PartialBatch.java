package io.onlyonce.chaos;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A batch of which a part stays undone, as DynamoDB says it within a success.
 *
 * @param heldBack how many parts
 * @param rest body of the request for the others; absent if there are none
 * @param complete makes the answer for the whole batch of the answer for the rest
 */
record PartialBatch(int heldBack, @Nullable String rest, UnaryOperator<String> complete) {

    private static final String REQUEST_ITEMS = "RequestItems";

    /** Takes a part out; none if the batch is too small for that. */
    static Optional<PartialBatch> of(Fault fault, ApiCall call, SplittableRandom random) {
        return switch (fault) {
            case STATEMENTS_THROTTLED -> ofStatements(call.members(), random);
            case UNPROCESSED_ITEMS -> ofItems(call.members(), random);
            case UNPROCESSED_KEYS -> ofKeys(call.members(), random);
            default -> throw new IllegalArgumentException(fault + " is not a fault of batches");
        };
    }

    private static Optional<PartialBatch> ofStatements(Map<String, String> request, SplittableRandom random) {
        List<String> statements = Json.elements(request.get("Statements"));
        boolean[] held = choose(statements.size(), statements.size(), random);
        Map<String, String> rest = new LinkedHashMap<>(request);
        rest.put("Statements", Json.array(pick(statements, held, false)));
        return Optional.of(new PartialBatch(
                count(held),
                count(held) == held.length ? null : Json.object(rest),
                answer -> withErrors(answer, held)));
    }

    private static String withErrors(String answer, boolean[] held) {
        Map<String, String> members = new LinkedHashMap<>(Json.members(answer));
        var executed = Json.elements(members.getOrDefault("Responses", "[]")).iterator();
        List<String> responses = new ArrayList<>();
        for (boolean isHeld : held) {
            responses.add(
                    isHeld
                            ? "{\"Error\":{\"Code\":\"ThrottlingError\",\"Message\":\"Injected: STATEMENTS_THROTTLED\"}}"
                            : executed.next());
        }
        members.put("Responses", Json.array(responses));
        return Json.object(members);
    }

    private static Optional<PartialBatch> ofItems(Map<String, String> request, SplittableRandom random) {
        return ofTables(request, "UnprocessedItems", random, new Parts() {
            @Override
            public List<String> of(String table) {
                return Json.elements(table);
            }

            @Override
            public String replace(String table, List<String> parts) {
                return Json.array(parts);
            }
        });
    }

    private static Optional<PartialBatch> ofKeys(Map<String, String> request, SplittableRandom random) {
        return ofTables(request, "UnprocessedKeys", random, new Parts() {
            @Override
            public List<String> of(String table) {
                return Json.elements(Json.members(table).get("Keys"));
            }

            @Override
            public String replace(String table, List<String> parts) {
                Map<String, String> members = new LinkedHashMap<>(Json.members(table));
                members.put("Keys", Json.array(parts));
                return Json.object(members);
            }
        });
    }

    private static Optional<PartialBatch> ofTables(
            Map<String, String> request, String unprocessed, SplittableRandom random, Parts parts) {
        Map<String, String> tables = Json.members(request.get(REQUEST_ITEMS));
        int size = tables.values().stream()
                .mapToInt(table -> parts.of(table).size())
                .sum();
        if (size < 2) {
            return Optional.empty();
        }
        // Where nothing at all can be done, DynamoDB answers with an error instead.
        boolean[] held = choose(size, size - 1, random);
        Map<String, String> heldBack = new LinkedHashMap<>();
        Map<String, String> rest = new LinkedHashMap<>();
        int from = 0;
        for (var table : tables.entrySet()) {
            List<String> all = parts.of(table.getValue());
            boolean[] heldHere = Arrays.copyOfRange(held, from, from + all.size());
            from += all.size();
            putUnlessEmpty(heldBack, table.getKey(), table.getValue(), pick(all, heldHere, true), parts);
            putUnlessEmpty(rest, table.getKey(), table.getValue(), pick(all, heldHere, false), parts);
        }
        Map<String, String> restOfRequest = new LinkedHashMap<>(request);
        restOfRequest.put(REQUEST_ITEMS, Json.object(rest));
        return Optional.of(new PartialBatch(
                count(held),
                Json.object(restOfRequest),
                answer -> withUnprocessed(answer, unprocessed, heldBack, parts)));
    }

    private static void putUnlessEmpty(
            Map<String, String> tables, String name, String table, List<String> some, Parts parts) {
        if (!some.isEmpty()) {
            tables.put(name, parts.replace(table, some));
        }
    }

    private static String withUnprocessed(
            String answer, String unprocessed, Map<String, String> heldBack, Parts parts) {
        Map<String, String> members = new LinkedHashMap<>(Json.members(answer));
        Map<String, String> tables = new LinkedHashMap<>(heldBack);
        Json.members(members.getOrDefault(unprocessed, "{}"))
                .forEach((name, table) -> tables.merge(name, table, (ours, theirs) -> {
                    List<String> both = new ArrayList<>(parts.of(ours));
                    both.addAll(parts.of(theirs));
                    return parts.replace(ours, both);
                }));
        members.put(unprocessed, Json.object(tables));
        return Json.object(members);
    }

    /** About half of {@code size}, at least one and at most {@code most}. */
    private static boolean[] choose(int size, int most, SplittableRandom random) {
        boolean[] chosen = new boolean[size];
        int first = random.nextInt(size);
        int count = 1;
        chosen[first] = true;
        for (int i = 0; i < size && count < most; i++) {
            if (i != first && random.nextBoolean()) {
                chosen[i] = true;
                count++;
            }
        }
        return chosen;
    }

    private static List<String> pick(List<String> all, boolean[] chosen, boolean wanted) {
        List<String> picked = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (chosen[i] == wanted) {
                picked.add(all.get(i));
            }
        }
        return picked;
    }

    private static int count(boolean[] chosen) {
        int count = 0;
        for (boolean one : chosen) {
            count += one ? 1 : 0;
        }
        return count;
    }

    /** Where the parts of a batch stand in what the request says of a table. */
    private interface Parts {

        List<String> of(String table);

        String replace(String table, List<String> parts);
    }
}
