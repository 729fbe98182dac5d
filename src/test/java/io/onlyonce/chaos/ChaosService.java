package io.onlyonce.chaos;

import io.onlyonce.ItemInserted;
import io.onlyonce.app.OnlyonceApplication;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** The service with three listeners, whose effects stand in tables of their own: one commits with its completion, one does not, and one commits but fails at times. */
@Configuration(proxyBeanMethods = false)
class ChaosService {

    public static void main(String[] args) {
        OnlyonceApplication.application(ChaosService.class).run(args);
    }

    @Bean
    Committing committing(@Value("${chaos.committed}") String table) {
        return new Committing(table);
    }

    @Bean
    Outside outside(DynamoDbClient client, @Value("${chaos.outside}") String table) {
        return new Outside(client, table);
    }

    @Bean
    Flaky flaky(DynamoDbClient client, @Value("${chaos.committed}") String table, @Value("${chaos.seed:0}") long seed) {
        return new Flaky(client, table, seed);
    }

    @Bean
    @ConditionalOnProperty("chaos.poison")
    Poisoned poisoned(DynamoDbClient client, @Value("${chaos.committed}") String table) {
        return new Poisoned(client, table);
    }

    private static TransactWriteItem count(ItemInserted<Map<String, AttributeValue>> event, String table, String runs) {
        return TransactWriteItem.builder()
                .update(update -> update.tableName(table)
                        .key(Map.of("id", event.item().get("id")))
                        .updateExpression("ADD " + runs + " :one")
                        .expressionAttributeValues(Map.of(":one", AttributeValue.fromN("1"))))
                .build();
    }

    static final class Committing {

        private final String table;

        Committing(String table) {
            this.table = table;
        }

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> event) {
            event.commitWith(count(event, table, ChaosTables.RUNS));
        }
    }

    /** Fails in one of twenty calls: at once, after it has read, or when it has committed. */
    static final class Flaky {

        private final DynamoDbClient client;
        private final String table;
        private final long seed;

        Flaky(DynamoDbClient client, String table, long seed) {
            this.client = client;
            this.table = table;
            this.seed = seed;
        }

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> event) {
            int dice = new Random(Objects.hash(seed, event.eventId(), event.attempt())).nextInt(60);
            failIf(dice == 0);
            client.getItem(
                    get -> get.tableName(table).key(Map.of("id", event.item().get("id"))));
            failIf(dice == 1);
            event.commitWith(count(event, table, ChaosTables.FLAKY_RUNS));
            failIf(dice == 2);
        }

        private static void failIf(boolean failing) {
            if (failing) {
                throw new IllegalStateException("at random");
            }
        }
    }

    /** Cannot handle every fiftieth item until {@link ChaosTables#HEALED} stands among the effects. */
    static final class Poisoned {

        private final DynamoDbClient client;
        private final String table;

        Poisoned(DynamoDbClient client, String table) {
            this.client = client;
            this.table = table;
        }

        static boolean isPoison(String id) {
            return id.endsWith("07") || id.endsWith("57");
        }

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> event) {
            if (isPoison(event.item().get("id").s())) {
                boolean healed = client.getItem(get ->
                                get.tableName(table).key(ChaosTables.HEALED).consistentRead(true))
                        .hasItem();
                if (!healed) {
                    throw new ClassCastException("poison, which no attempt will cure");
                }
                event.commitWith(count(event, table, ChaosTables.HEALED_RUNS));
            }
        }
    }

    static final class Outside {

        private final DynamoDbClient client;
        private final String table;
        private final String process = UUID.randomUUID().toString();
        private final AtomicLong order = new AtomicLong();

        Outside(DynamoDbClient client, String table) {
            this.client = client;
            this.table = table;
        }

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> event) {
            client.putItem(put -> put.tableName(table)
                    .item(Map.of(
                            "id", event.item().get("id"),
                            "run", AttributeValue.fromS(UUID.randomUUID().toString()),
                            "event", AttributeValue.fromS(event.eventId()),
                            "table", AttributeValue.fromS(event.table()),
                            "sequence",
                                    AttributeValue.fromS(event.sequenceNumber().digits()),
                            "redelivered", AttributeValue.fromBool(event.redelivered()),
                            "attempt", AttributeValue.fromN(Integer.toString(event.attempt())),
                            "process", AttributeValue.fromS(process),
                            "order", AttributeValue.fromN(Long.toString(order.incrementAndGet())))));
        }
    }
}
