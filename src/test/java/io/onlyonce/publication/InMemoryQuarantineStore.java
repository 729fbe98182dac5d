package io.onlyonce.publication;

import io.onlyonce.quarantine.QuarantineStore;
import io.onlyonce.quarantine.QuarantinedRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** Quarantine of one JVM. Its writes take effect when the transaction of which they are part does. */
final class InMemoryQuarantineStore implements QuarantineStore {

    static final String TABLE = "quarantine";

    private final Map<String, QuarantinedRecord> records = new ConcurrentHashMap<>();
    private final Map<Integer, QuarantinedRecord> offered = new ConcurrentHashMap<>();
    private final AtomicInteger next = new AtomicInteger();

    @Override
    public TransactWriteItem put(QuarantinedRecord quarantined) {
        int number = next.getAndIncrement();
        offered.put(number, quarantined);
        return TransactWriteItem.builder()
                .put(put -> put.tableName(TABLE).item(Map.of("number", AttributeValue.fromN(String.valueOf(number)))))
                .build();
    }

    /** Lets a write take effect. */
    void apply(TransactWriteItem write) {
        var quarantined =
                offered.get(Integer.valueOf(write.put().item().get("number").n()));
        records.put(quarantined.id(), quarantined);
    }

    List<QuarantinedRecord> all() {
        return List.copyOf(records.values());
    }

    @Override
    public Page list(String table, String cursor, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<QuarantinedRecord> find(String id) {
        return Optional.ofNullable(records.get(id));
    }

    @Override
    public boolean delete(String id) {
        return records.remove(id) != null;
    }
}
