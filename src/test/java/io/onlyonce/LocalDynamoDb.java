package io.onlyonce;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

/** DynamoDB Local inside the test's own JVM, started once and shared; tests keep apart by table names. */
public final class LocalDynamoDb {

    private static final LocalDynamoDb SHARED = start();

    private final URI endpoint;
    private final DynamoDbClient client;
    private final DynamoDbStreamsClient streamsClient;

    private LocalDynamoDb(URI endpoint) {
        var credentials = StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local"));
        this.endpoint = endpoint;
        this.client = DynamoDbClient.builder()
                .endpointOverride(endpoint)
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(credentials)
                .build();
        this.streamsClient = DynamoDbStreamsClient.builder()
                .endpointOverride(endpoint)
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(credentials)
                .build();
    }

    /** The server that all tests of this JVM share. */
    public static LocalDynamoDb shared() {
        return SHARED;
    }

    /** Where it listens. */
    public URI endpoint() {
        return endpoint;
    }

    /** Client of the DynamoDB API. */
    public DynamoDbClient client() {
        return client;
    }

    /** Client of the DynamoDB Streams API. */
    public DynamoDbStreamsClient streamsClient() {
        return streamsClient;
    }

    /** Arguments of a service on a free port, whose DynamoDB is at an endpoint. */
    public static String[] serviceArguments(URI endpoint, String... more) {
        var common = Stream.of(
                "--server.port=0",
                "--spring.cloud.aws.dynamodb.endpoint=" + endpoint,
                "--spring.cloud.aws.region.static=eu-central-1",
                "--spring.cloud.aws.credentials.access-key=local",
                "--spring.cloud.aws.credentials.secret-key=local");
        return Stream.concat(common, Stream.of(more)).toArray(String[]::new);
    }

    /** A name that no other test uses. */
    public static String uniqueName(String prefix) {
        return prefix + "-" + UUID.randomUUID();
    }

    /** Creates a table with partition key {@code id} (S) and a stream of new and old images, under a {@linkplain #uniqueName unique name}. */
    public String createTableWithStream(String prefix) {
        return createTableWithStream(client, prefix);
    }

    /** The same, wherever a client leads. */
    public static String createTableWithStream(DynamoDbClient client, String prefix) {
        String name = uniqueName(prefix);
        client.createTable(table -> table.tableName(name)
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName("id")
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .keySchema(KeySchemaElement.builder()
                        .attributeName("id")
                        .keyType(KeyType.HASH)
                        .build())
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .streamSpecification(
                        stream -> stream.streamEnabled(true).streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)));
        return name;
    }

    /** Creates a table by a definition made for a {@linkplain #uniqueName unique name}, and answers that name. */
    public String createTable(String prefix, Function<String, CreateTableRequest> definition) {
        String name = uniqueName(prefix);
        client.createTable(definition.apply(name));
        return name;
    }

    private static LocalDynamoDb start() {
        try {
            int port = freePort();
            DynamoDBProxyServer server = ServerRunner.createServerFromCommandLineArgs(
                    new String[] {"-inMemory", "-port", Integer.toString(port), "-disableTelemetry"});
            server.start();
            return new LocalDynamoDb(URI.create("http://localhost:" + port));
        } catch (Exception e) {
            throw new IllegalStateException("DynamoDB Local did not start", e);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
