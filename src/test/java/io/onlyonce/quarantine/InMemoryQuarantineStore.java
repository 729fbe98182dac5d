package io.onlyonce.quarantine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Quarantine of one JVM, holding the same items as the one in DynamoDB. What {@link #put} answers takes effect when it is given to {@link #apply}, which fits the effects of an in-memory ledger.
 */
public final class InMemoryQuarantineStore implements QuarantineStore {

    private static final String TABLE = "in-memory-quarantine";
    private static final String CONSUMER = "consumer";

    private final ConcurrentSkipListMap<String, Map<String, AttributeValue>> items = new ConcurrentSkipListMap<>();

    /** Applies those writes of a transaction that are this store's own. */
    public void apply(List<TransactWriteItem> transaction) {
        for (TransactWriteItem write : transaction) {
            if (write.put() != null && write.put().tableName().equals(TABLE)) {
                var item = write.put().item();
                items.put(QuarantineItems.id(item), item);
            }
        }
    }

    @Override
    public TransactWriteItem put(QuarantinedRecord quarantined) {
        var item = QuarantineItems.write(CONSUMER, Truncation.fit(CONSUMER, quarantined));
        return TransactWriteItem.builder()
                .put(put -> put.tableName(TABLE).item(item))
                .build();
    }

    @Override
    public Page list(@Nullable String table, @Nullable String cursor, int limit) {
        Paging.check(table, cursor, limit);
        var following = cursor == null ? items : items.tailMap(cursor, false);
        var found = following.values().stream()
                .filter(item -> table == null || QuarantineItems.id(item).startsWith(QuarantineId.prefix(table)))
                .limit(limit + 1L)
                .map(QuarantineItems::readSummary)
                .toList();
        return Paging.page(found, limit);
    }

    @Override
    public Optional<QuarantinedRecord> find(String id) {
        return Optional.ofNullable(items.get(id)).map(QuarantineItems::read);
    }

    @Override
    public boolean delete(String id) {
        return items.remove(id) != null;
    }
}
