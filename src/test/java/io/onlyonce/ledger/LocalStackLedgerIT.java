package io.onlyonce.ledger;

import io.onlyonce.LocalStack;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** The ledger's contract on LocalStack. */
class LocalStackLedgerIT extends LedgerRaceContract {

    private static final String LEDGER = LocalStack.uniqueName("ledger");
    private static final String EFFECTS = LocalStack.uniqueName("effects");

    private static DynamoDbClient client;

    private final String consumer = LocalStack.uniqueName("consumer");
    private final Ledger ledger = new DynamoDbLedger(client, LEDGER, consumer, "orders", RETENTION, clock);

    @BeforeAll
    static void createTables() {
        client = LocalStack.shared().client();
        client.createTable(LedgerTable.createTableRequest(LEDGER));
        client.createTable(table -> table.tableName(EFFECTS)
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName("id")
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .keySchema(KeySchemaElement.builder()
                        .attributeName("id")
                        .keyType(KeyType.HASH)
                        .build())
                .billingMode(BillingMode.PAY_PER_REQUEST));
        client.waiter().waitUntilTableExists(table -> table.tableName(LEDGER));
        client.waiter().waitUntilTableExists(table -> table.tableName(EFFECTS));
    }

    @Override
    Ledger ledger() {
        return ledger;
    }

    @Override
    String effectsTable() {
        return EFFECTS;
    }

    @Override
    int runs(String effect) {
        var item = client.getItem(get -> get.tableName(EFFECTS)
                        .key(Map.of("id", AttributeValue.fromS(effect)))
                        .consistentRead(true))
                .item();
        return item.isEmpty() ? 0 : Integer.parseInt(item.get("runs").n());
    }
}
