package io.onlyonce.kcl;

import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * Clients of AWS, all of one account and Region. The engine closes none of them.
 *
 * @param dynamoDb describes the consumed tables and creates those of KCL
 * @param dynamoDbAsync for KCL's own tables
 * @param streams reads the streams
 * @param region Region of the clients
 */
public record KclClients(
        DynamoDbClient dynamoDb, DynamoDbAsyncClient dynamoDbAsync, DynamoDbStreamsClient streams, Region region) {}
