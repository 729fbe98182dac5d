package io.onlyonce.ledger;

import static io.onlyonce.ledger.LedgerItems.done;
import static io.onlyonce.ledger.LedgerItems.number;
import static io.onlyonce.ledger.LedgerItems.seconds;
import static io.onlyonce.ledger.LedgerItems.state;
import static io.onlyonce.ledger.LedgerItems.token;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;

import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.Update;

/** The ledger's own part of a transaction: changes of an entry on condition that it is CLAIMED by a token. */
final class LedgerActions {

    private final String ledgerTable;
    private final Clock clock;

    LedgerActions(String ledgerTable, Clock clock) {
        this.ledgerTable = ledgerTable;
        this.clock = clock;
    }

    /**
     * Change of one entry.
     *
     * @param key partition key
     * @param token token that must hold the entry
     * @param item the change
     * @param wentThrough whether an entry shows that the change was made by an earlier call
     */
    record Action(String key, ClaimToken token, TransactWriteItem item, Predicate<LedgerEntry> wentThrough) {}

    /** Adds a listener to those that have completed, on condition that it is not among them. */
    Action commit(String key, ClaimToken token, String listener, Set<String> completedListeners, Instant expires) {
        var listeners = new HashSet<>(completedListeners);
        listeners.add(listener);
        var change = new Change("SET #expires = :expires, #at = :at ADD #done :done")
                .name("#expires", LedgerItems.EXPIRES)
                .name("#done", LedgerItems.DONE)
                .value(":expires", seconds(expires))
                .value(":done", done(listeners))
                .condition(" AND (attribute_not_exists(#done) OR NOT contains(#done, :listener))")
                .value(":listener", fromS(listener));
        return new Action(
                key,
                token,
                item(key, token, change),
                entry -> entry.isClaimedBy(token) && entry.completedListeners().contains(listener));
    }

    /** Ends a delivery as QUARANTINED. Such an entry has no time to live: it stands until an operator decides. */
    Action quarantine(String key, Progress progress) {
        var token = progress.claim().token();
        var listeners = progress.completedListeners();
        var change = new Change("SET #state = :quarantined, #attempts = :attempts, #at = :at REMOVE #expires"
                        + (listeners.isEmpty() ? "" : " ADD #done :done"))
                .name("#attempts", LedgerItems.ATTEMPTS)
                .name("#expires", LedgerItems.EXPIRES)
                .value(":quarantined", state(LedgerEntry.State.QUARANTINED))
                .value(":attempts", number(progress.attempts()));
        if (!listeners.isEmpty()) {
            change.name("#done", LedgerItems.DONE).value(":done", done(listeners));
        }
        return new Action(key, token, item(key, token, change), entry -> entry.isQuarantinedBy(token));
    }

    private TransactWriteItem item(String key, ClaimToken token, Change change) {
        change.name("#at", LedgerItems.AT)
                .name("#state", LedgerItems.STATE)
                .name("#token", LedgerItems.TOKEN)
                .value(":at", fromS(clock.instant().toString()))
                .value(":claimed", state(LedgerEntry.State.CLAIMED))
                .value(":token", token(token));
        return TransactWriteItem.builder()
                .update(Update.builder()
                        .tableName(ledgerTable)
                        .key(Map.of(LedgerItems.PK, fromS(key)))
                        .updateExpression(change.expression)
                        .conditionExpression(change.condition)
                        .expressionAttributeNames(change.names)
                        .expressionAttributeValues(change.values)
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                        .build())
                .build();
    }

    private static final class Change {

        private final String expression;
        private final Map<String, String> names = new HashMap<>();
        private final Map<String, AttributeValue> values = new HashMap<>();
        private String condition = "#state = :claimed AND #token = :token";

        Change(String expression) {
            this.expression = expression;
        }

        Change name(String placeholder, String attribute) {
            names.put(placeholder, attribute);
            return this;
        }

        Change value(String placeholder, AttributeValue value) {
            values.put(placeholder, value);
            return this;
        }

        Change condition(String further) {
            condition += further;
            return this;
        }
    }
}
