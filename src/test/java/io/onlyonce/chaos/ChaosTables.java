package io.onlyonce.chaos;

import io.onlyonce.LocalDynamoDb;
import java.net.URI;
import java.util.ArrayList;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/**
 * Tables of one run.
 *
 * @param source table whose new items are consumed
 * @param committed effects that commit with their completion: {@code id}, and {@code runs}, which counts
 * @param outside effects outside any transaction: {@code id}, {@code run}, and how it came about
 * @param prefix prefix of the tables of the service itself
 */
record ChaosTables(String source, String committed, String outside, String prefix) {

    static ChaosTables create(LocalDynamoDb local) {
        return new ChaosTables(
                local.createTableWithStream("source"),
                create(local, "committed"),
                create(local, "outside", "run"),
                LocalDynamoDb.uniqueName("chaos"));
    }

    private static String create(LocalDynamoDb local, String name, String... sortKeys) {
        String unique = LocalDynamoDb.uniqueName(name);
        local.client().createTable(table -> {
            var attributes = new ArrayList<AttributeDefinition>();
            var keys = new ArrayList<KeySchemaElement>();
            attributes.add(attribute("id"));
            keys.add(key("id", KeyType.HASH));
            for (String sortKey : sortKeys) {
                attributes.add(attribute(sortKey));
                keys.add(key(sortKey, KeyType.RANGE));
            }
            table.tableName(unique)
                    .attributeDefinitions(attributes)
                    .keySchema(keys)
                    .billingMode(BillingMode.PAY_PER_REQUEST);
        });
        return unique;
    }

    private static AttributeDefinition attribute(String name) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(ScalarAttributeType.S)
                .build();
    }

    private static KeySchemaElement key(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }

    /** Arguments for {@link ChaosService}, against an endpoint. */
    String[] arguments(URI endpoint, String... more) {
        return Stream.concat(
                        Stream.of(
                                "--spring.cloud.aws.dynamodb.endpoint=" + endpoint,
                                "--spring.cloud.aws.region.static=eu-central-1",
                                "--spring.cloud.aws.credentials.access-key=local",
                                "--spring.cloud.aws.credentials.secret-key=local",
                                "--management.endpoints.access.max-permitted=unrestricted",
                                "--onlyonce.streams[" + source + "].key=item-key",
                                "--onlyonce.tables.prefix=" + prefix,
                                "--chaos.committed=" + committed,
                                "--chaos.outside=" + outside),
                        Stream.of(more))
                .toArray(String[]::new);
    }
}
