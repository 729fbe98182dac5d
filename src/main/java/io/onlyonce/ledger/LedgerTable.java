package io.onlyonce.ledger;

import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** Definition of the table that holds ledger entries. */
public final class LedgerTable {

    /** Attribute with the epoch second from which DynamoDB may delete an entry. */
    public static final String TIME_TO_LIVE_ATTRIBUTE = LedgerItems.EXPIRES;

    private LedgerTable() {}

    /** Request that creates the table, billed on demand. Time to live is switched on by a request of its own, once the table is active. */
    public static CreateTableRequest createTableRequest(String name) {
        return CreateTableRequest.builder()
                .tableName(name)
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName(LedgerItems.PK)
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .keySchema(KeySchemaElement.builder()
                        .attributeName(LedgerItems.PK)
                        .keyType(KeyType.HASH)
                        .build())
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .build();
    }
}
