package io.onlyonce;

import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** LocalStack in a container, started once and shared; tests keep apart by table names. */
public final class LocalStack {

    private static final DockerImageName IMAGE = DockerImageName.parse("localstack/localstack:4.9");

    private static LocalStack shared;

    private final LocalStackContainer container;
    private final DynamoDbClient client;

    private LocalStack() {
        container = new LocalStackContainer(IMAGE).withServices("dynamodb", "dynamodbstreams", "sqs", "sns", "events");
        container.start();
        client = configure(DynamoDbClient.builder()).build();
    }

    /** Points a client of any service at it. */
    public <T extends AwsClientBuilder<T, ?>> T configure(T builder) {
        return builder.endpointOverride(container.getEndpoint())
                .region(Region.of(container.getRegion()))
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(container.getAccessKey(), container.getSecretKey())));
    }

    /** The one that all tests of this JVM share. Where no Docker engine answers, the tests that ask for it say so and are skipped. */
    public static synchronized LocalStack shared() {
        if (shared == null) {
            if (!DockerClientFactory.instance().isDockerAvailable()) {
                String message = "No Docker engine answers: test on LocalStack skipped";
                System.err.println("WARNING: " + message);
                Assumptions.abort(message);
            }
            shared = new LocalStack();
        }
        return shared;
    }

    /** Where it listens. */
    public URI endpoint() {
        return container.getEndpoint();
    }

    /** Client of the DynamoDB API. */
    public DynamoDbClient client() {
        return client;
    }

    /** A name that no other test uses. */
    public static String uniqueName(String prefix) {
        return prefix + "-" + UUID.randomUUID();
    }
}
