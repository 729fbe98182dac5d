package io.onlyonce.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.engine.ConsumerCounts;
import io.onlyonce.forward.LocalSqs;
import io.onlyonce.quarantine.QuarantineStore;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The service with forwards to queues: one that takes what it is sent, and one that is not there. */
class SqsForwardTests {

    private static final int ITEMS = 100;

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final LocalSqs sqs = LocalSqs.shared();
    private final String table = local.createTableWithStream("queued");

    @Test
    void itemsArriveOnceAndWhatNoQueueTakesIsQuarantined() {
        String queue = sqs.createFifoQueue();
        for (int i = 0; i < ITEMS; i++) {
            put("item-" + i, "PAID");
        }
        put("lost", "LOST");
        String[] arguments = {
            "--server.port=0",
            "--spring.cloud.aws.dynamodb.endpoint=" + local.endpoint(),
            "--spring.cloud.aws.sqs.endpoint=" + sqs.endpoint(),
            "--spring.cloud.aws.region.static=eu-central-1",
            "--spring.cloud.aws.credentials.access-key=local",
            "--spring.cloud.aws.credentials.secret-key=local",
            "--onlyonce.tables.prefix=" + LocalDynamoDb.uniqueName("books"),
            "--onlyonce.delivery.concurrency=32",
            "--onlyonce.delivery.patience=1s",
            "--onlyonce.streams[" + table + "].key=item-key",
            "--onlyonce.forward.receipts.table=" + table,
            "--onlyonce.forward.receipts.filter=status == 'PAID'",
            "--onlyonce.forward.receipts.sqs.queue=" + queue.substring(queue.lastIndexOf('/') + 1),
            "--onlyonce.forward.nowhere.table=" + table,
            "--onlyonce.forward.nowhere.filter=status == 'LOST'",
            "--onlyonce.forward.nowhere.sqs.queue=not-there"
        };
        try (var context = OnlyonceApplication.application().run(arguments)) {
            var counts = context.getBean(ConsumerCounts.class);
            await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
                assertThat(counts.of(table).processed()).isEqualTo(ITEMS);
                assertThat(counts.of(table).quarantined()).isEqualTo(1);
            });
            var summary = context.getBean(QuarantineStore.class)
                    .list(table, null, 10)
                    .records()
                    .get(0);
            var record =
                    context.getBean(QuarantineStore.class).find(summary.id()).orElseThrow();
            assertThat(record.attempts()).isGreaterThan(1);
            assertThat(record.failedListeners()).containsExactly("forward.nowhere");
            assertThat(record.failure().message()).isEqualTo("The queue of forward.nowhere answered QueueDoesNotExist");
        }
        assertThat(sqs.drain(queue))
                .extracting(message -> JsonPath.<String>read(message.body(), "$.data.id"))
                .hasSize(ITEMS)
                .doesNotHaveDuplicates()
                .contains("item-0", "item-99");
    }

    private void put(String id, String status) {
        local.client().putItem(request -> request.tableName(table)
                .item(Map.of("id", AttributeValue.fromS(id), "status", AttributeValue.fromS(status))));
    }
}
