package io.onlyonce.bench;

import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What consuming costs for 1,000 items, without what a start costs: tables, lock and finding shards.
 *
 * @param calls calls by operation
 * @param writeUnits write capacity units
 * @param readUnits read capacity units
 */
record Cost(Map<String, Double> calls, double writeUnits, double readUnits) {

    private static final Set<String> READS = Set.of("BatchGetItem", "GetItem", "Query");
    private static final Set<String> WRITES = Set.of(
            "BatchExecuteStatement", "BatchWriteItem", "DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem");

    static Cost of(CallMeter meter, int records) {
        Map<String, Double> calls = meter.calls().entrySet().stream()
                .filter(entry -> entry.getKey().equals("GetRecords")
                        || READS.contains(entry.getKey())
                        || WRITES.contains(entry.getKey()))
                .collect(Collectors.toMap(Entry::getKey, entry -> entry.getValue() * 1000.0 / records));
        return new Cost(calls, units(meter, WRITES) * 1000 / records, units(meter, READS) * 1000 / records);
    }

    private static double units(CallMeter meter, Set<String> operations) {
        return operations.stream().mapToDouble(meter::units).sum();
    }

    double count() {
        return calls.values().stream().mapToDouble(each -> each).sum();
    }

    String byOperation() {
        return calls.entrySet().stream()
                .sorted(Entry.<String, Double>comparingByValue().reversed())
                .map(entry -> entry.getKey() + " " + "%.1f".formatted(entry.getValue()))
                .collect(Collectors.joining(", "));
    }
}
