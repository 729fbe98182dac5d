package io.onlyonce.publication;

import io.onlyonce.SettableClock;
import io.onlyonce.ledger.InMemoryLedger;
import io.onlyonce.ledger.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** What all processes of a test share and what a crash leaves: the ledgers, the quarantine and what listeners have committed. */
final class SharedWorld {

    /** Name of an effect that cannot be committed. */
    static final String REFUSED = "refused";

    final InMemoryQuarantineStore quarantine = new InMemoryQuarantineStore();

    /** How often each effect was committed. */
    final Map<String, Integer> committed = new ConcurrentHashMap<>();

    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final Map<String, Ledger> ledgers = new ConcurrentHashMap<>();

    Ledger ledger(String table) {
        return ledgers.computeIfAbsent(table, name -> new InMemoryLedger(Duration.ofDays(7), clock, this::apply));
    }

    /** An item for {@code commitWith} that is counted when it is written. */
    static TransactWriteItem effect(String name) {
        return TransactWriteItem.builder()
                .put(put -> put.tableName("effects").item(Map.of("name", AttributeValue.fromS(name))))
                .build();
    }

    private void apply(List<TransactWriteItem> items) {
        for (TransactWriteItem item : items) {
            if (item.put().tableName().equals(InMemoryQuarantineStore.TABLE)) {
                quarantine.apply(item);
            } else if (item.put().item().get("name").s().equals(REFUSED)) {
                throw TransactionCanceledException.builder()
                        .message("condition failed")
                        .build();
            } else {
                committed.merge(item.put().item().get("name").s(), 1, Integer::sum);
            }
        }
    }
}
