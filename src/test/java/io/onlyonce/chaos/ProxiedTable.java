package io.onlyonce.chaos;

import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;

import io.onlyonce.LocalDynamoDb;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** A table with key {@code id}, and a proxy before it: what is done to the clients goes through the proxy, what is asked of this goes past it. */
final class ProxiedTable implements AutoCloseable {

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final String name = Tables.uniqueName("proxied");
    private final FaultProxy proxy = FaultProxy.before(local.endpoint());
    private final DynamoDbClient client = Clients.dynamoDb(proxy.endpoint());
    private final DynamoDbStreamsClient streams = Clients.streams(proxy.endpoint());

    ProxiedTable() {
        Tables.createWithStream(local.client(), name, "id");
    }

    String name() {
        return name;
    }

    FaultProxy proxy() {
        return proxy;
    }

    DynamoDbClient client() {
        return client;
    }

    DynamoDbStreamsClient streams() {
        return streams;
    }

    /** Puts an item through the proxy. */
    void put(String id) {
        client.putItem(put -> put.tableName(name).item(item(id)));
    }

    /** Puts items past the proxy. */
    void putPast(String... ids) {
        for (String id : ids) {
            local.client().putItem(put -> put.tableName(name).item(item(id)));
        }
    }

    /** Keys of the items that are there, sorted. */
    List<String> ids() {
        return Tables.read(local.client(), name).stream()
                .map(item -> item.get("id").s())
                .sorted()
                .toList();
    }

    /** An iterator at the start of the stream, got past the proxy. */
    String iterator() {
        String arn = local.client()
                .describeTable(describe -> describe.tableName(name))
                .table()
                .latestStreamArn();
        String shard = local.streamsClient()
                .describeStream(describe -> describe.streamArn(arn))
                .streamDescription()
                .shards()
                .get(0)
                .shardId();
        return local.streamsClient()
                .getShardIterator(
                        get -> get.streamArn(arn).shardId(shard).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .shardIterator();
    }

    static Map<String, AttributeValue> item(String id) {
        return Map.of("id", fromS(id));
    }

    static List<String> ids(List<Record> records) {
        return records.stream()
                .map(record -> record.dynamodb().keys().get("id").s())
                .toList();
    }

    @Override
    public void close() throws IOException {
        client.close();
        streams.close();
        proxy.close();
    }
}
