package io.onlyonce.quarantine;

import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Quarantine in a DynamoDB table, see {@link QuarantineTable}; one table serves many consumers. Finding and deleting are single requests on the record's own key; listing is a query, which reads (and is billed for)
 * whole records, images included, but passes on no more than was asked for. All reads are strongly consistent.
 */
public final class DynamoDbQuarantineStore implements QuarantineStore {

    private static final int MOST_IN_A_REQUEST = 1000;

    private final DynamoDbClient client;
    private final String quarantineTable;
    private final String consumer;

    /**
     * Opens the quarantine of a consumer.
     *
     * @param quarantineTable name of the table that holds the records
     * @param consumer name of the consumer
     */
    public DynamoDbQuarantineStore(DynamoDbClient client, String quarantineTable, String consumer) {
        this.client = client;
        this.quarantineTable = quarantineTable;
        this.consumer = consumer;
    }

    @Override
    public TransactWriteItem put(QuarantinedRecord quarantined) {
        var item = QuarantineItems.write(consumer, Truncation.fit(consumer, quarantined));
        return TransactWriteItem.builder()
                .put(put -> put.tableName(quarantineTable).item(item))
                .build();
    }

    @Override
    public Page list(@Nullable String table, @Nullable String cursor, int limit) {
        Paging.check(table, cursor, limit);
        var query = query(table).limit(pageSize(limit));
        if (cursor != null) {
            query.exclusiveStartKey(QuarantineItems.key(consumer, cursor));
        }
        // One more than asked for tells whether there is another page.
        List<QuarantineSummary> found = client.queryPaginator(query.build()).items().stream()
                .limit(limit + 1L)
                .map(QuarantineItems::readSummary)
                .toList();
        return Paging.page(found, limit);
    }

    @Override
    public Optional<QuarantinedRecord> find(String id) {
        if (!QuarantineId.isWellFormed(id)) {
            return Optional.empty();
        }
        var response = client.getItem(request -> request.tableName(quarantineTable)
                .key(QuarantineItems.key(consumer, id))
                .consistentRead(true));
        return response.hasItem() ? Optional.of(QuarantineItems.read(response.item())) : Optional.empty();
    }

    @Override
    public boolean delete(String id) {
        if (!QuarantineId.isWellFormed(id)) {
            return false;
        }
        try {
            client.deleteItem(request -> request.tableName(quarantineTable)
                    .key(QuarantineItems.key(consumer, id))
                    .conditionExpression("attribute_exists(#id)")
                    .expressionAttributeNames(Map.of("#id", QuarantineItems.SK)));
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        }
    }

    private QueryRequest.Builder query(@Nullable String table) {
        var names = new LinkedHashMap<String, String>();
        var values = new LinkedHashMap<String, AttributeValue>();
        String condition = name(names, QuarantineItems.PK) + " = :consumer";
        values.put(":consumer", fromS(consumer));
        if (table != null) {
            condition += " AND begins_with(" + name(names, QuarantineItems.SK) + ", :table)";
            values.put(":table", fromS(QuarantineId.prefix(table)));
        }
        String attributes = QuarantineItems.OF_SUMMARY.stream()
                .map(attribute -> name(names, attribute))
                .collect(Collectors.joining(", "));
        return QueryRequest.builder()
                .tableName(quarantineTable)
                .projectionExpression(attributes)
                .keyConditionExpression(condition)
                .expressionAttributeNames(names)
                .expressionAttributeValues(values)
                .consistentRead(true);
    }

    /** Placeholder for a name, because some of them are reserved words. */
    private static String name(Map<String, String> names, String attribute) {
        String placeholder = "#" + attribute;
        names.put(placeholder, attribute);
        return placeholder;
    }

    private static int pageSize(int limit) {
        return Math.min(limit, MOST_IN_A_REQUEST) + 1;
    }
}
