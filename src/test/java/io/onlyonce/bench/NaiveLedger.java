package io.onlyonce.bench;

import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromN;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.ledger.LedgerTable;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/** An idempotent consumer's table as people write it by hand: a conditional put before the handler, an update after it. */
final class NaiveLedger {

    private final DynamoDbClient client;
    private final String table = LocalDynamoDb.uniqueName("naive");

    NaiveLedger(DynamoDbClient client) {
        this.client = client;
        client.createTable(LedgerTable.createTableRequest(table));
    }

    void handle(String eventId, Runnable handler) {
        Map<String, AttributeValue> key = Map.of("pk", fromS(eventId));
        try {
            client.putItem(put -> put.tableName(table)
                    .item(Map.of("pk", fromS(eventId), "status", fromS("INPROGRESS"), "expires", expiry()))
                    .conditionExpression("attribute_not_exists(pk)"));
        } catch (ConditionalCheckFailedException e) {
            return;
        }
        handler.run();
        client.updateItem(update -> update.tableName(table)
                .key(key)
                .updateExpression("SET #status = :completed, expires = :expires")
                .expressionAttributeNames(Map.of("#status", "status"))
                .expressionAttributeValues(Map.of(":completed", fromS("COMPLETED"), ":expires", expiry())));
    }

    /** Puts the place on record up to which a shard was read. */
    void checkpoint(String sequenceNumber) {
        client.putItem(
                put -> put.tableName(table).item(Map.of("pk", fromS("checkpoint"), "sequence", fromS(sequenceNumber))));
    }

    private static AttributeValue expiry() {
        return fromN(Long.toString(Instant.now().plus(Duration.ofDays(7)).getEpochSecond()));
    }
}
