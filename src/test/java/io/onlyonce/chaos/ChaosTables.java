package io.onlyonce.chaos;

import io.onlyonce.LocalDynamoDb;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/**
 * Tables of one run.
 *
 * @param sources tables whose new items are consumed
 * @param committed effects that commit with their completion: {@code id}, and a count for each of the listeners that do so
 * @param outside effects outside any transaction: {@code id}, {@code run}, and how it came about
 * @param prefix prefix of the tables of the service itself
 */
record ChaosTables(List<String> sources, String committed, String outside, String prefix) {

    /** Counts what the steady of the listeners that commit has done. */
    static final String RUNS = "runs";

    /** Counts what the one has done that fails at times. */
    static final String FLAKY_RUNS = "runs2";

    /** Counts what a listener has done for an item that it could not handle at first. */
    static final String HEALED_RUNS = "runs3";

    /** Stands among the effects once that listener can handle everything. */
    static final Map<String, AttributeValue> HEALED = Map.of("id", AttributeValue.fromS("healed"));

    static ChaosTables create(LocalDynamoDb local) {
        return create(local, 1);
    }

    static ChaosTables create(LocalDynamoDb local, int sources) {
        return create(
                local,
                Stream.generate(() -> local.createTableWithStream("source"))
                        .limit(sources)
                        .toList());
    }

    /** Tables for the effects of what happens to sources that are there. */
    static ChaosTables create(LocalDynamoDb local, List<String> sources) {
        return new ChaosTables(
                sources,
                create(local, "committed"),
                create(local, "outside", "run"),
                LocalDynamoDb.uniqueName("chaos"));
    }

    /** The only source. */
    String source() {
        return sources.get(0);
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
        return LocalDynamoDb.serviceArguments(
                endpoint,
                Stream.of(
                                Stream.of(
                                        "--management.endpoints.access.max-permitted=unrestricted",
                                        "--onlyonce.tables.prefix=" + prefix,
                                        "--chaos.committed=" + committed,
                                        "--chaos.outside=" + outside),
                                sources.stream().map(source -> "--onlyonce.streams[" + source + "].key=item-key"),
                                Stream.of(more))
                        .flatMap(arguments -> arguments)
                        .toArray(String[]::new));
    }
}
