package io.onlyonce.ledger;

import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;

import io.onlyonce.ledger.LedgerStatements.Statement;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementErrorCodeEnum;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementResponse;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** Batch calls on the ledger's table. A part that stays unanswered makes the call fail: half an answer is none. */
final class LedgerBatches {

    private static final Set<BatchStatementErrorCodeEnum> ANSWERS =
            Set.of(BatchStatementErrorCodeEnum.DUPLICATE_ITEM, BatchStatementErrorCodeEnum.CONDITIONAL_CHECK_FAILED);

    private final DynamoDbClient client;
    private final String ledgerTable;

    LedgerBatches(DynamoDbClient client, String ledgerTable) {
        this.client = client;
        this.ledgerTable = ledgerTable;
    }

    /** Executes statements on distinct keys. Each response is a success, {@code DuplicateItem} or {@code ConditionalCheckFailed}. */
    List<BatchStatementResponse> execute(List<Statement> statements) {
        List<BatchStatementResponse> responses;
        try {
            responses = client.batchExecuteStatement(request -> request.statements(
                            statements.stream().map(Statement::request).toList()))
                    .responses();
        } catch (SdkException e) {
            throw LedgerUnavailableException.during(actions(statements), ledgerTable, e);
        }
        for (int i = 0; i < statements.size(); i++) {
            var error = responses.get(i).error();
            // The answer as a whole is a success to the SDK, which therefore has not repeated the statement.
            if (error != null && !ANSWERS.contains(error.code())) {
                throw LedgerUnavailableException.because(
                        statements.get(i).action(), ledgerTable, error.codeAsString() + ": " + error.message());
            }
        }
        return responses;
    }

    /** Reads entries, strongly consistent; keys without one are missing in the result. */
    Map<String, LedgerEntry> read(Collection<String> keys) {
        var entries = new HashMap<String, LedgerEntry>();
        var request = Map.of(
                ledgerTable,
                KeysAndAttributes.builder()
                        .keys(keys.stream()
                                .map(key -> Map.of(LedgerItems.PK, fromS(key)))
                                .toList())
                        .consistentRead(true)
                        .build());
        for (int attempt = 1; !request.isEmpty(); attempt++) {
            try {
                var part = request;
                var response = client.batchGetItem(get -> get.requestItems(part));
                for (var item : response.responses().getOrDefault(ledgerTable, List.of())) {
                    entries.put(LedgerItems.key(item), LedgerItems.read(item));
                }
                request = response.unprocessedKeys();
            } catch (SdkException e) {
                throw LedgerUnavailableException.during("BatchGetItem", ledgerTable, e);
            }
            pauseIfIncomplete("BatchGetItem", request, attempt);
        }
        return entries;
    }

    /** Puts items, whatever stood there. */
    void put(List<Map<String, AttributeValue>> items) {
        var request = Map.of(
                ledgerTable,
                items.stream()
                        .map(item -> WriteRequest.builder()
                                .putRequest(put -> put.item(item))
                                .build())
                        .toList());
        for (int attempt = 1; !request.isEmpty(); attempt++) {
            try {
                var part = request;
                request =
                        client.batchWriteItem(write -> write.requestItems(part)).unprocessedItems();
            } catch (SdkException e) {
                throw LedgerUnavailableException.during("BatchWriteItem", ledgerTable, e);
            }
            pauseIfIncomplete("BatchWriteItem", request, attempt);
        }
    }

    private void pauseIfIncomplete(String action, Map<String, ?> unprocessed, int attempt) {
        if (unprocessed.isEmpty()) {
            return;
        }
        if (attempt == Backoff.TRIES) {
            throw LedgerUnavailableException.because(action, ledgerTable, "left a part undone " + attempt + " times");
        }
        Backoff.pauseAfter(attempt);
    }

    private static String actions(List<Statement> statements) {
        return String.join(
                ", ", statements.stream().map(Statement::action).distinct().toList());
    }
}
