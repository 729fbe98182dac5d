package io.onlyonce.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.onlyonce.DuplicateKind;
import io.onlyonce.ItemInserted;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.engine.ConsumerCounts;
import io.onlyonce.engine.Engine;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Each kind of duplicate is counted right to the record, on the whole path from a table to the counts, whatever the table is in. */
abstract class DuplicateCountsContract {

    private static final int ITEMS = 400;

    private final String prefix = LocalDynamoDb.uniqueName("counted");
    private final Map<DuplicateKind, Long> expected = new EnumMap<>(DuplicateKind.class);
    private final List<String> written = new ArrayList<>();

    private String table;

    /** Where the tables are. */
    abstract URI endpoint();

    /** Client of it. */
    abstract DynamoDbClient client();

    @BeforeEach
    void createTable() {
        table = LocalDynamoDb.createTableWithStream(client(), "counted");
    }

    @Test
    void everyDuplicateIsCountedOnceByItsKind() {
        for (DuplicateKind kind : DuplicateKind.values()) {
            expected.put(kind, 0L);
        }
        long seed = new Random().nextInt(1_000_000);
        LoggerFactory.getLogger(getClass()).info("Seed {}", seed);
        produce(new Random(seed));
        try (ConfigurableApplicationContext context = run()) {
            var counts = context.getBean(ConsumerCounts.class);
            awaitCounts(counts);
            long inserts = ITEMS + expected.get(DuplicateKind.REINSERT) + expected.get(DuplicateKind.CONFLICT);

            rewind(context.getBean(Engine.class));

            // What was an INSERT before, of whatever kind, is now a redelivery; nothing else is counted again.
            expected.put(DuplicateKind.REDELIVERY, inserts);
            awaitCounts(counts);
            assertThat(context.getBean(Handler.class).handled).containsExactlyElementsOf(written);
        }
    }

    private void awaitCounts(ConsumerCounts counts) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(counts.of(table).duplicates()).isEqualTo(expected);
            assertThat(counts.of(table).processed()).isEqualTo(ITEMS);
        });
    }

    private void produce(Random random) {
        for (int i = 0; i < ITEMS; i++) {
            String id = "item-" + i;
            put(id, "first");
            written.add(id);
            switch (random.nextInt(5)) {
                case 0 -> {
                    put(id, "first");
                    put(id, "second");
                    expected.merge(DuplicateKind.REWRITE, 1L, Long::sum);
                }
                case 1 -> {
                    delete(id);
                    put(id, "first");
                    expected.merge(DuplicateKind.REINSERT, 1L, Long::sum);
                }
                case 2 -> {
                    delete(id);
                    put(id, "other");
                    expected.merge(DuplicateKind.CONFLICT, 1L, Long::sum);
                }
                default -> {
                    // Written once.
                }
            }
        }
    }

    private void put(String id, String content) {
        client().putItem(request -> request.tableName(table)
                .item(Map.of("id", AttributeValue.fromS(id), "content", AttributeValue.fromS(content))));
    }

    private void delete(String id) {
        client().deleteItem(request -> request.tableName(table).key(Map.of("id", AttributeValue.fromS(id))));
    }

    private void rewind(Engine engine) {
        engine.pause(table);
        String checkpoints = prefix + "-checkpoints";
        client().scan(request -> request.tableName(checkpoints)).items().forEach(row -> client().deleteItem(request ->
                request.tableName(checkpoints).key(Map.of("pk", row.get("pk"), "sk", row.get("sk")))));
        engine.resume(table);
    }

    private ConfigurableApplicationContext run() {
        return OnlyonceApplication.application(Listeners.class)
                .run(LocalDynamoDb.serviceArguments(
                        endpoint(),
                        "--onlyonce.tables.prefix=" + prefix,
                        "--onlyonce.streams." + table + ".key=item-key"));
    }

    @Configuration(proxyBeanMethods = false)
    static class Listeners {

        @Bean
        Handler handler() {
            return new Handler();
        }
    }

    static final class Handler {

        final List<String> handled = new CopyOnWriteArrayList<>();

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> event) {
            handled.add(event.item().get("id").s());
        }
    }
}
