package io.onlyonce.kcl;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.checkpoint.CheckpointStore;
import io.onlyonce.checkpoint.InMemoryCheckpointStore;
import io.onlyonce.engine.StartAt;
import io.onlyonce.engine.TableSource;
import io.onlyonce.fake.FakeStreams;
import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.publication.RecordPath;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** Tables with streams and engines on the shared DynamoDB Local. */
final class KclFixture {

    private static final DynamoDbAsyncClient ASYNC = DynamoDbAsyncClient.builder()
            .endpointOverride(LocalDynamoDb.shared().endpoint())
            .region(Region.EU_CENTRAL_1)
            .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
            .build();

    private final DynamoDbClient dynamoDb = LocalDynamoDb.shared().client();
    private final String consumer = "c" + UUID.randomUUID().toString().substring(0, 8);

    String createTable() {
        String table = "t" + UUID.randomUUID().toString().substring(0, 8);
        dynamoDb.createTable(request -> request.tableName(table)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName("id")
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .keySchema(KeySchemaElement.builder()
                        .attributeName("id")
                        .keyType(KeyType.HASH)
                        .build())
                .streamSpecification(
                        stream -> stream.streamEnabled(true).streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)));
        return table;
    }

    void put(String table, int from, int to) {
        for (int i = from; i < to; i++) {
            var id = AttributeValue.fromS("%04d".formatted(i));
            dynamoDb.putItem(request -> request.tableName(table).item(Map.of("id", id)));
        }
    }

    KclClients clients(DynamoDbStreamsClient streams) {
        return new KclClients(dynamoDb, ASYNC, streams, Region.EU_CENTRAL_1);
    }

    /** Streams and their tables are fakes; the leases are in DynamoDB Local. */
    KclClients clients(FakeStreams aws) {
        var fakes = aws.tables();
        var tables = (DynamoDbClient) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DynamoDbClient.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("describeTable")
                            && !table(arguments[0]).startsWith("test-")) {
                        return fakes.describeTable(request -> request.tableName(table(arguments[0])));
                    }
                    try {
                        return method.invoke(dynamoDb, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        return new KclClients(tables, ASYNC, aws.streams(), Region.EU_CENTRAL_1);
    }

    @SuppressWarnings("unchecked")
    private static String table(Object request) {
        if (request instanceof DescribeTableRequest describe) {
            return describe.tableName();
        }
        var builder = DescribeTableRequest.builder();
        ((Consumer<DescribeTableRequest.Builder>) request).accept(builder);
        return builder.build().tableName();
    }

    KclClients clients() {
        return clients(LocalDynamoDb.shared().streamsClient());
    }

    KclSettings settings() {
        return settings(100, false);
    }

    KclSettings settings(int pageSize, boolean haltOnGap) {
        return new KclSettings(
                consumer,
                "test",
                true,
                pageSize,
                Duration.ofMillis(100),
                Duration.ofMillis(500),
                Duration.ofSeconds(10),
                haltOnGap);
    }

    /** Tables of KCL are not to be created. */
    KclSettings settingsWithoutTables() {
        var settings = settings();
        return new KclSettings(
                settings.consumer(),
                settings.tablesPrefix(),
                false,
                settings.pageSize(),
                settings.minDelay(),
                settings.maxDelay(),
                settings.failover(),
                settings.haltOnGap());
    }

    String leaseTable() {
        return "test-" + consumer + "-kcl-leases";
    }

    DynamoDbClient dynamoDb() {
        return dynamoDb;
    }

    static TableSource source(String table, RecordPath path) {
        return source(table, path, StartAt.TRIM_HORIZON, new InMemoryCheckpointStore());
    }

    static TableSource source(String table, RecordPath path, StartAt startAt, CheckpointStore checkpoints) {
        return new TableSource(table, null, startAt, true, path, checkpoints);
    }

    KclEngine engine(ConsumerListener listener, TableSource... sources) {
        return engine(clients(), settings(), listener, sources);
    }

    static KclEngine engine(
            KclClients clients, KclSettings settings, ConsumerListener listener, TableSource... sources) {
        return new KclEngine(clients, List.of(sources), settings, listener, Clock.systemUTC());
    }
}
