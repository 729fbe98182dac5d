package io.onlyonce.chaos;

import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** Clients that try each call once, so that a test sees what happened to it. */
final class Clients {

    private Clients() {}

    static DynamoDbClient dynamoDb(URI endpoint) {
        return tryOnce(DynamoDbClient.builder(), endpoint).build();
    }

    static DynamoDbStreamsClient streams(URI endpoint) {
        return tryOnce(DynamoDbStreamsClient.builder(), endpoint).build();
    }

    private static <B extends AwsClientBuilder<B, ?>> B tryOnce(B builder, URI endpoint) {
        return builder.endpointOverride(endpoint)
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
                .overrideConfiguration(override -> override.retryStrategy(retry -> retry.maxAttempts(1)));
    }
}
