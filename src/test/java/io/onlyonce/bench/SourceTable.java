package io.onlyonce.bench;

import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromN;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;

import io.onlyonce.LocalDynamoDb;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** A table whose stream is consumed; all contestants read the same. */
record SourceTable(String name, String streamArn) {

    /** Creates one with new items in its stream. */
    static SourceTable create(DynamoDbClient client, int items) {
        String name = LocalDynamoDb.createTableWithStream(client, "bench");
        String arn = client.describeTable(describe -> describe.tableName(name))
                .table()
                .latestStreamArn();
        var source = new SourceTable(name, arn);
        source.write(client, items);
        return source;
    }

    /** Puts new items. */
    void write(DynamoDbClient client, int items) {
        for (int from = 0; from < items; from += 25) {
            var writes = Stream.generate(() -> item(UUID.randomUUID().toString()))
                    .limit(Math.min(25, items - from))
                    .map(item -> WriteRequest.builder()
                            .putRequest(put -> put.item(item))
                            .build())
                    .toList();
            client.batchWriteItem(write -> write.requestItems(Map.of(name, writes)));
        }
    }

    /** An item of about 250 bytes. */
    static Map<String, AttributeValue> item(String id) {
        return Map.of(
                "id", fromS(id),
                "customer", fromS("customer-" + id.hashCode() % 1000),
                "cents", fromN("1999"),
                "note", fromS("leave it at the door".repeat(8)));
    }
}
