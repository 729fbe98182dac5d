package io.onlyonce.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.DuplicateKind;
import io.onlyonce.ledger.ClaimOutcome.Claimed;
import io.onlyonce.ledger.ClaimOutcome.Duplicate;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

class InMemoryLedgerTests extends LedgerRaceContract {

    private final ConcurrentHashMap<String, Integer> effects = new ConcurrentHashMap<>();
    private final InMemoryLedger ledger = new InMemoryLedger(RETENTION, clock, this::apply);

    @Override
    Ledger ledger() {
        return ledger;
    }

    @Override
    String effectsTable() {
        return "effects";
    }

    @Override
    int runs(String effect) {
        return effects.getOrDefault(effect, 0);
    }

    /** By the rules that all ledgers share; in DynamoDB it would take too long. */
    @Test
    void entryOfAKeyWhoseEventsAllFailStaysSmall() {
        for (int event = 0; event <= 1001; event++) {
            setAside(claim("key", "event-" + event, "a"));
        }

        assertThat(claim(claim("key", "event-1", "b"))).isEqualTo(new Duplicate(DuplicateKind.REDELIVERY));
        assertThat(claim(claim("key", "event-0", "b"))).isInstanceOf(Claimed.class);
    }

    private void apply(List<TransactWriteItem> items) {
        if (items.stream().anyMatch(item -> item.conditionCheck() != null)) {
            var reasons = items.stream()
                    .map(item -> CancellationReason.builder()
                            .code(item.conditionCheck() == null ? "None" : "ConditionalCheckFailed")
                            .build())
                    .toList();
            throw TransactionCanceledException.builder()
                    .cancellationReasons(reasons)
                    .build();
        }
        items.forEach(item -> effects.merge(item.update().key().get("id").s(), 1, Integer::sum));
    }
}
