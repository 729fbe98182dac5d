package io.onlyonce.chaos;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** Tables with a string for a key. */
final class Tables {

    private Tables() {}

    /** A name that nothing else uses. */
    static String uniqueName(String prefix) {
        return prefix + "-" + UUID.randomUUID();
    }

    static void create(DynamoDbClient client, String name, String key) {
        client.createTable(definition(name, key).build());
    }

    /** With a stream of new and old images. */
    static void createWithStream(DynamoDbClient client, String name, String key) {
        client.createTable(definition(name, key)
                .streamSpecification(
                        stream -> stream.streamEnabled(true).streamViewType(StreamViewType.NEW_AND_OLD_IMAGES))
                .build());
    }

    /** All items. */
    static List<Map<String, AttributeValue>> read(DynamoDbClient client, String name) {
        return client.scanPaginator(scan -> scan.tableName(name).consistentRead(true)).items().stream()
                .toList();
    }

    private static CreateTableRequest.Builder definition(String name, String key) {
        return CreateTableRequest.builder()
                .tableName(name)
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName(key)
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .keySchema(KeySchemaElement.builder()
                        .attributeName(key)
                        .keyType(KeyType.HASH)
                        .build())
                .billingMode(BillingMode.PAY_PER_REQUEST);
    }
}
