package io.onlyonce.autoconfigure;

import io.awspring.cloud.autoconfigure.AwsClientCustomizer;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClientBuilder;

/** Adjusts the builder of the client that reads the streams. Every bean of this type is called, in order, after Spring Cloud AWS's own settings have been applied. */
@FunctionalInterface
public interface DynamoDbStreamsClientCustomizer extends AwsClientCustomizer<DynamoDbStreamsClientBuilder> {}
