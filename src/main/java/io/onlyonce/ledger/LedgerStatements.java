package io.onlyonce.ledger;

import static io.onlyonce.ledger.LedgerItems.DONE;
import static io.onlyonce.ledger.LedgerItems.EXPIRES;
import static io.onlyonce.ledger.LedgerItems.PK;
import static io.onlyonce.ledger.LedgerItems.done;
import static io.onlyonce.ledger.LedgerItems.number;
import static io.onlyonce.ledger.LedgerItems.seconds;
import static io.onlyonce.ledger.LedgerItems.state;
import static io.onlyonce.ledger.LedgerItems.token;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/** PartiQL of the ledger. Values travel as parameters; names are quoted, because some are reserved words. */
final class LedgerStatements {

    private final String quotedTable;
    private final Clock clock;

    LedgerStatements(String ledgerTable, Clock clock) {
        this.quotedTable = "\"" + ledgerTable + "\"";
        this.clock = clock;
    }

    /**
     * One statement of a batch.
     *
     * @param action IAM action that it needs, for messages
     * @param request statement
     */
    record Statement(String action, BatchStatementRequest request) {}

    /** Fails with {@code DuplicateItem} if there is an entry. */
    Statement insert(String key, LedgerEntry entry) {
        Map<String, AttributeValue> item = LedgerItems.write(key, entry, clock.instant());
        String members = item.keySet().stream().map(name -> "'" + name + "': ?").collect(Collectors.joining(", "));
        return new Statement(
                "PartiQLInsert",
                BatchStatementRequest.builder()
                        .statement("INSERT INTO " + quotedTable + " VALUE {" + members + "}")
                        .parameters(item.values())
                        .build());
    }

    /**
     * Fails with {@code ConditionalCheckFailed} unless the entry is still as it was read, its progress included. A replacement keeps the listeners of its predecessor and the events that were
     * set aside, so none have to be removed; a COMPLETED entry has none. Events that were set aside change only with the token.
     */
    Statement replace(String key, LedgerEntry seen, LedgerEntry replacement) {
        var update = new Text("UPDATE " + quotedTable);
        LedgerItems.write(key, replacement, clock.instant()).forEach((name, value) -> {
            if (!name.equals(PK)) {
                update.set(name, value);
            }
        });
        update.where(key, seen.state(), seen.token()).and(LedgerItems.ATTEMPTS, number(seen.attempts()));
        if (seen.completedListeners().isEmpty()) {
            update.add(" AND \"" + DONE + "\" IS MISSING");
        } else {
            update.and(DONE, done(seen.completedListeners()));
        }
        if (seen.expires() == null) {
            update.add(" AND \"" + EXPIRES + "\" IS MISSING");
        } else {
            update.and(EXPIRES, seconds(seen.expires()));
        }
        return update.statement("PartiQLUpdate");
    }

    /**
     * Fails with {@code ConditionalCheckFailed} unless the key is CLAIMED by the token and the completed listeners are those that were seen there or, where none were, those to be written. So nothing on record
     * is forgotten, whether this delivery does not know of it or a request was held up on its way: a committed effect could happen again.
     */
    Statement saveProgress(String key, Progress progress, Set<String> seen, Instant expires) {
        var listeners = progress.completedListeners();
        var update = new Text("UPDATE " + quotedTable).set(LedgerItems.ATTEMPTS, number(progress.attempts()));
        if (!listeners.isEmpty()) {
            update.set(DONE, done(listeners));
        }
        update.set(EXPIRES, seconds(expires))
                .set(LedgerItems.AT, fromS(clock.instant().toString()))
                .where(key, LedgerEntry.State.CLAIMED, progress.claim().token());
        if (!seen.isEmpty()) {
            update.and(DONE, done(seen));
        } else if (!listeners.isEmpty()) {
            update.add(" AND (\"" + DONE + "\" IS MISSING OR \"" + DONE + "\" = ?)", done(listeners));
        }
        return update.statement("PartiQLUpdate");
    }

    /** Fails with {@code ConditionalCheckFailed} if there is an entry and it is not CLAIMED by the token. */
    Statement delete(String key, ClaimToken token) {
        return new Text("DELETE FROM " + quotedTable)
                .where(key, LedgerEntry.State.CLAIMED, token)
                .statement("PartiQLDelete");
    }

    private static final class Text {

        private final StringBuilder text;
        private final List<AttributeValue> parameters = new ArrayList<>();

        Text(String start) {
            this.text = new StringBuilder(start);
        }

        Text add(String part, AttributeValue... values) {
            text.append(part);
            parameters.addAll(List.of(values));
            return this;
        }

        Text set(String name, AttributeValue value) {
            return add(" SET \"" + name + "\" = ?", value);
        }

        Text where(String key, LedgerEntry.State state, ClaimToken token) {
            return add(" WHERE \"" + PK + "\" = ?", fromS(key))
                    .and(LedgerItems.STATE, state(state))
                    .and(LedgerItems.TOKEN, token(token));
        }

        Text and(String name, AttributeValue value) {
            return add(" AND \"" + name + "\" = ?", value);
        }

        Statement statement(String action) {
            return new Statement(
                    action,
                    BatchStatementRequest.builder()
                            .statement(text.toString())
                            .parameters(parameters)
                            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                            .build());
        }
    }
}
