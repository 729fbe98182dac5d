package io.onlyonce.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.onlyonce.ItemInserted;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.backfill.BackfillState;
import io.onlyonce.backfill.BackfillStatus;
import io.onlyonce.backfill.Backfills;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.EventListener;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** Two services that share shards with KCL: one of them scans, and the other goes on. */
class KclBackfillIT {

    private static final int ITEMS = 200;
    private static final String AGAIN = " again";

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final String table = local.createTableWithStream("shared");
    private final String prefix = LocalDynamoDb.uniqueName("books");
    private final List<ConfigurableApplicationContext> services = new ArrayList<>();
    private final List<String> delivered = new CopyOnWriteArrayList<>();

    @BeforeEach
    void putItemsThatNoStreamHas() {
        local.client().updateTable(update -> update.tableName(table)
                .streamSpecification(stream -> stream.streamEnabled(false)));
        ids().forEach(id ->
                local.client().putItem(put -> put.tableName(table).item(Map.of("id", AttributeValue.fromS(id)))));
        local.client().updateTable(update -> update.tableName(table)
                .streamSpecification(stream -> stream.streamEnabled(true).streamViewType(StreamViewType.NEW_IMAGE)));
    }

    @AfterEach
    void stop() {
        services.forEach(ConfigurableApplicationContext::close);
    }

    @Test
    void theOtherSeesItHoldsBackAndGoesOnAfterAStop() {
        var first = start();
        var second = start();
        first.getBean(Backfills.class).start(table);
        eventually().until(() -> second.getBean(Backfills.class).status(table).isPresent());
        assertThat(second.getBean(Backfills.class).start(table).startedAt())
                .as("the one that runs")
                .isEqualTo(status(first).startedAt());
        eventually().until(() -> delivered.size() > 50);
        first.close();
        eventually().until(() -> status(second).state() == BackfillState.COMPLETED);

        // On a machine that stalls for longer than a lease, the other one takes over what is in hand.
        assertThat(delivered).filteredOn(id -> !id.endsWith(AGAIN)).doesNotHaveDuplicates();
        assertThat(delivered).map(id -> id.replace(AGAIN, "")).containsAll(ids());
        assertThat(status(second).scanned()).isEqualTo(ITEMS);
    }

    @Test
    void theOtherCanStopIt() {
        var first = start();
        var second = start();
        first.getBean(Backfills.class).start(table);
        eventually().until(() -> delivered.size() > 10);
        assertThat(second.getBean(Backfills.class).stop(table).orElseThrow().state())
                .isEqualTo(BackfillState.STOPPED);
        eventually().until(() -> status(first).state() == BackfillState.STOPPED);
        assertThat(delivered).hasSizeLessThan(ITEMS);
    }

    private BackfillStatus status(ConfigurableApplicationContext service) {
        return service.getBean(Backfills.class).status(table).orElseThrow();
    }

    private ConfigurableApplicationContext start() {
        var application = OnlyonceApplication.application();
        application.addInitializers(
                context -> context.getBeanFactory().registerSingleton("recording", new Recording(delivered)));
        var service = application.run(LocalDynamoDb.serviceArguments(
                local.endpoint(),
                "--onlyonce.engine=kcl",
                "--onlyonce.tables.prefix=" + prefix,
                "--onlyonce.backfill.rate=20",
                "--onlyonce.backfill.segments=2",
                "--onlyonce.streams[" + table + "].key=item-key"));
        services.add(service);
        return service;
    }

    private static List<String> ids() {
        return IntStream.range(0, ITEMS).mapToObj(i -> "item-" + i).toList();
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(90));
    }

    record Recording(List<String> delivered) {

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> event) {
            delivered.add(event.item().get("id").s() + (event.redelivered() ? AGAIN : ""));
        }
    }
}
