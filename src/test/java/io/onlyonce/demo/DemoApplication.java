package io.onlyonce.demo;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.app.OnlyonceApplication;
import java.util.stream.Stream;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** The whole service on an embedded DynamoDB Local, with a producer that also makes duplicates. */
@Configuration(proxyBeanMethods = false)
@ComponentScan
@EnableScheduling
public class DemoApplication {

    static final String TABLE = "orders";

    /** Starts DynamoDB Local, creates the table, and runs the service with the producer beside it. */
    public static void main(String[] args) {
        LocalDynamoDb local = LocalDynamoDb.shared();
        createOrders(local);
        Stream<String> settings = Stream.of(
                "--spring.cloud.aws.dynamodb.endpoint=" + local.endpoint(),
                "--spring.cloud.aws.region.static=eu-central-1",
                "--spring.cloud.aws.credentials.access-key=local",
                "--spring.cloud.aws.credentials.secret-key=local",
                "--onlyonce.streams." + TABLE + ".key=item-key",
                // So that pause and resume can be tried.
                "--management.endpoints.access.max-permitted=unrestricted");
        OnlyonceApplication.application(DemoApplication.class)
                .run(Stream.concat(settings, Stream.of(args)).toArray(String[]::new));
    }

    private static void createOrders(LocalDynamoDb local) {
        local.client().createTable(request -> request.tableName(TABLE)
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
    }
}
