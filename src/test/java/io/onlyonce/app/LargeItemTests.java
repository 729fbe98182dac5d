package io.onlyonce.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.onlyonce.ItemInserted;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.RecordQuarantined;
import io.onlyonce.quarantine.QuarantineStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Items as large as DynamoDB takes them, of which two fill a page of a shard. */
class LargeItemTests {

    private static final int ITEMS = 12;
    private static final int BYTES = 400 * 1024 - 100;
    private static final String POISON = "item-7";

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final String table = local.createTableWithStream("large");

    @Test
    void areHandledAndOneThatCannotBeIsSetAsideAsFarAsItFits() {
        for (int i = 0; i < ITEMS; i++) {
            String id = "item-" + i;
            local.client().putItem(put -> put.tableName(table)
                    .item(Map.of(
                            "id", AttributeValue.fromS(id),
                            "content", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[BYTES])))));
        }
        try (var context = OnlyonceApplication.application(Large.class)
                .run(LocalDynamoDb.serviceArguments(
                        local.endpoint(),
                        "--onlyonce.delivery.max-attempts=1",
                        "--onlyonce.tables.prefix=" + LocalDynamoDb.uniqueName("books"),
                        "--onlyonce.streams[" + table + "]="))) {
            var listener = context.getBean(Listener.class);
            await().atMost(Duration.ofSeconds(60)).until(() -> listener.quarantined.size() == 1);
            await().atMost(Duration.ofSeconds(60)).until(() -> listener.handled.size() == ITEMS - 1);

            assertThat(listener.handled).doesNotHaveDuplicates().doesNotContain(POISON);
            String id = listener.quarantined.get(0).id();
            assertThat(context.getBean(QuarantineStore.class).find(id)).hasValueSatisfying(record -> {
                assertThat(record.record().keys()).containsEntry("id", AttributeValue.fromS(POISON));
                assertThat(record.truncated()).isTrue();
            });
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Large {

        @Bean
        Listener listener() {
            return new Listener();
        }
    }

    static final class Listener {

        private final List<String> handled = new CopyOnWriteArrayList<>();
        private final List<RecordQuarantined> quarantined = new CopyOnWriteArrayList<>();

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> event) {
            String id = event.item().get("id").s();
            if (id.equals(POISON)) {
                throw new IllegalStateException("too large for me");
            }
            assertThat(event.item().get("content").b().asByteArrayUnsafe()).hasSize(BYTES);
            handled.add(id);
        }

        @EventListener
        void on(RecordQuarantined event) {
            quarantined.add(event);
        }
    }
}
