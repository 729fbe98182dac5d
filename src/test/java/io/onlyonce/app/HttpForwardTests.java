package io.onlyonce.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.engine.ConsumerCounts;
import io.onlyonce.forward.Receiver;
import io.onlyonce.quarantine.QuarantineStore;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The service with nothing but a forward to a receiver that has its moods. */
@ExtendWith(OutputCaptureExtension.class)
class HttpForwardTests {

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final String table = local.createTableWithStream("forwarded");

    @Test
    void itemsArriveOrAreQuarantinedAsTheReceiverSays(CapturedOutput output) {
        try (var receiver = new Receiver()) {
            receiver.then(500)
                    .then(204)
                    .then(429, "Retry-After", "2")
                    .then(409)
                    .then(400, "card 4711 is refused", new String[0]);
            put("a", "PAID");
            put("skipped", "OPEN");
            put("b", "PAID");
            put("refused", "PAID");
            put("c", "PAID");
            String[] arguments = {
                "--server.port=0",
                "--spring.cloud.aws.dynamodb.endpoint=" + local.endpoint(),
                "--spring.cloud.aws.region.static=eu-central-1",
                "--spring.cloud.aws.credentials.access-key=local",
                "--spring.cloud.aws.credentials.secret-key=local",
                "--onlyonce.tables.prefix=" + LocalDynamoDb.uniqueName("books"),
                "--onlyonce.delivery.initial-backoff=10ms",
                "--onlyonce.streams[" + table + "]=",
                "--onlyonce.forward.receipts.table=" + table,
                "--onlyonce.forward.receipts.filter=status == 'PAID'",
                "--onlyonce.forward.receipts.http.url=" + receiver.uri(),
                "--onlyonce.forward.receipts.http.secret=" + SECRET,
                "--onlyonce.forward.receipts.http.headers.Authorization=Bearer hidden"
            };
            try (var context = OnlyonceApplication.application().run(arguments)) {
                var counts = context.getBean(ConsumerCounts.class);
                await().atMost(Duration.ofSeconds(90))
                        .untilAsserted(
                                () -> assertThat(counts.of(table).processed()).isEqualTo(4));
                assertThat(counts.of(table).quarantined()).isEqualTo(1);
                assertThat(receiver.messages())
                        .extracting(message -> message.header("ce-subject"))
                        .containsExactlyInAnyOrder("id=S:a", "id=S:a", "id=S:b", "id=S:b", "id=S:refused", "id=S:c");
                assertThat(receiver.messages()).allSatisfy(message -> {
                    assertThat(message.header("Idempotency-Key")).isEqualTo(message.header("ce-id"));
                    assertThat(message.header("webhook-signature")).startsWith("v1,");
                });
                assertThat(calls(context, "filtered")).isEqualTo(1);
                assertThat(calls(context, "success")).isEqualTo(3);
                assertThat(calls(context, "failure")).isEqualTo(3);
                var store = context.getBean(QuarantineStore.class);
                var summary = store.list(table, null, 10).records().get(0);
                var record = store.find(summary.id()).orElseThrow();
                assertThat(record.attempts()).isEqualTo(1);
                assertThat(record.failedListeners()).containsExactly("forward.receipts");
                assertThat(record.failure().message()).isEqualTo("The receiver of forward.receipts answered 400");
                assertThat(record.failure().stackTrace()).contains("card 4711 is refused");
            }
            assertThat(output)
                    .contains("answered 500", "answered 429", "answered 400", "next in 2000 ms")
                    .doesNotContain("card 4711")
                    .doesNotContain(SECRET)
                    .doesNotContain("hidden");
        }
    }

    private static long calls(ApplicationContext context, String outcome) {
        return context.getBean(MeterRegistry.class)
                .get("onlyonce.listener")
                .tags("listener", "forward.receipts", "outcome", outcome)
                .timer()
                .count();
    }

    private void put(String id, String status) {
        local.client().putItem(request -> request.tableName(table)
                .item(Map.of("id", AttributeValue.fromS(id), "status", AttributeValue.fromS(status))));
    }
}
