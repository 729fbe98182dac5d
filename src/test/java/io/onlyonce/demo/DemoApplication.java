package io.onlyonce.demo;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.app.OnlyonceApplication;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** The whole service on an embedded DynamoDB Local, with a producer that also makes duplicates. */
@Configuration(proxyBeanMethods = false)
@ComponentScan
@EnableScheduling
public class DemoApplication {

    static final String TABLE = "orders";

    /** Starts DynamoDB Local, the table, the producer and the service. */
    public static void main(String[] args) {
        LocalDynamoDb local = LocalDynamoDb.shared();
        local.createTable(TABLE, StreamViewType.NEW_AND_OLD_IMAGES);
        SpringApplication application = OnlyonceApplication.application(DemoApplication.class);
        application.setDefaultProperties(Map.of());
        application.run(args);
    }
}
