package io.onlyonce.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.app.OnlyonceApplication;
import io.onlyonce.chaos.ServiceProcess.Program;
import io.onlyonce.forward.Receiver;
import io.onlyonce.forward.Receiver.Message;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A service that only forwards and is killed while it does: what an HTTP receiver sees of that. */
class ForwardCrashTests {

    private static final Logger log = LoggerFactory.getLogger(ForwardCrashTests.class);

    private static final int KILLS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final Pattern ID = Pattern.compile("\"id\":\"(item-\\d+)\"");

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final String table = local.createTableWithStream("receipts");
    private final Set<String> written = ConcurrentHashMap.newKeySet();
    private volatile boolean producing = true;

    @Test
    void nothingIsMissingAndOnlyAKillRepeatsUnderTheSameKey() throws Exception {
        String prefix = LocalDynamoDb.uniqueName("forwarding");
        var producer = new Thread(this::produce, "producer");
        var held = new HashSet<String>();
        try (var receiver = new Receiver();
                var service = ServiceProcess.start(prefix, program(prefix, receiver))) {
            producer.start();
            for (int kill = 1; kill <= KILLS; kill++) {
                int before = receiver.messages().size();
                await().atMost(PATIENCE).until(() -> receiver.messages().size() > before + 100);
                held.add(receiver.holdNext(PATIENCE).header("Idempotency-Key"));
                service.kill9();
                service.start();
            }
            int before = receiver.messages().size();
            await().atMost(PATIENCE).until(() -> receiver.messages().size() > before + 100);
            producing = false;
            producer.join();
            await().atMost(PATIENCE).until(() -> ids(receiver).containsAll(written));
            service.stop(Duration.ofSeconds(60));

            assertThat(ids(receiver)).isEqualTo(written);
            Map<String, List<Message>> byKey = receiver.messages().stream()
                    .collect(Collectors.groupingBy(message -> message.header("Idempotency-Key")));
            assertThat(byKey).as("one key for each item").hasSameSizeAs(written);
            Set<String> repeated = byKey.entrySet().stream()
                    .filter(entry -> entry.getValue().size() > 1)
                    .peek(entry -> assertRepeatedByAKill(entry.getValue()))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());
            log.info("{} items, {} kills, {} repeated", written.size(), KILLS, repeated.size());
            assertThat(held).hasSize(KILLS);
            assertThat(repeated)
                    .as("what the receiver had and had not answered when the service was killed")
                    .containsAll(held);
        } finally {
            producing = false;
            producer.join();
        }
    }

    private static void assertRepeatedByAKill(List<Message> messages) {
        assertThat(messages.stream().map(ForwardCrashTests::id)).containsOnly(id(messages.get(0)));
        assertThat(messages.stream().map(message -> message.header("X-Process")))
                .as("each time from another process")
                .doesNotHaveDuplicates();
        assertThat(messages.stream()
                        .filter(message -> message.header("ce-redelivered").equals("false")))
                .as("marked as redelivered, but for one")
                .hasSizeLessThanOrEqualTo(1);
    }

    private Program program(String prefix, Receiver receiver) {
        return new Program(
                OnlyonceApplication.class,
                "--server.port=0",
                "--spring.cloud.aws.dynamodb.endpoint=" + local.endpoint(),
                "--spring.cloud.aws.region.static=eu-central-1",
                "--spring.cloud.aws.credentials.access-key=local",
                "--spring.cloud.aws.credentials.secret-key=local",
                "--onlyonce.tables.prefix=" + prefix,
                "--onlyonce.polling.lease-duration=2s",
                "--onlyonce.delivery.concurrency=8",
                "--onlyonce.streams[" + table + "]=",
                "--onlyonce.forward.receipts.table=" + table,
                "--onlyonce.forward.receipts.http.url=" + receiver.uri(),
                // Another value in each process.
                "--onlyonce.forward.receipts.http.headers.X-Process=${random.uuid}");
    }

    private void produce() {
        for (int i = 0; producing; i++) {
            String id = "item-" + i;
            local.client().putItem(put -> put.tableName(table).item(Map.of("id", AttributeValue.fromS(id))));
            written.add(id);
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    private static Set<String> ids(Receiver receiver) {
        return receiver.messages().stream().map(ForwardCrashTests::id).collect(Collectors.toCollection(HashSet::new));
    }

    private static String id(Message message) {
        var matcher = ID.matcher(new String(message.body(), UTF_8));
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }
}
