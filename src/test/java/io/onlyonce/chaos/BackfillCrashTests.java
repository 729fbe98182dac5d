package io.onlyonce.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.app.OnlyonceApplication;
import io.onlyonce.chaos.ServiceProcess.Program;
import io.onlyonce.forward.Receiver;
import io.onlyonce.forward.Receiver.Message;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** A backfill whose process is killed: the next one goes on with it. */
class BackfillCrashTests {

    private static final Logger log = LoggerFactory.getLogger(BackfillCrashTests.class);

    private static final int ITEMS = 600;
    private static final int KILLS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final Pattern STARTED = Pattern.compile("Started OnlyonceApplication");

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final String table = local.createTableWithStream("repaired");
    private final List<String> subjects =
            IntStream.range(0, ITEMS).mapToObj(i -> "id=S:item-" + i).toList();

    @Test
    void nothingIsMissingAndOnlyWhatWasInHandIsRepeatedAndMarked() throws Exception {
        putItemsThatNoStreamHas();
        String prefix = LocalDynamoDb.uniqueName("repairing");
        int port = freePort();
        var uri = URI.create("http://localhost:" + port + "/actuator/streams/" + table);
        try (var receiver = new Receiver();
                var service = ServiceProcess.start(prefix, program(prefix, port, receiver))) {
            service.awaitOutput(STARTED, PATIENCE);
            order(uri);
            var held = new HashSet<String>();
            for (int kill = 1; kill <= KILLS; kill++) {
                int before = receiver.messages().size();
                await().atMost(PATIENCE).until(() -> receiver.messages().size() > before + 100);
                held.add(receiver.holdNext(PATIENCE).header("ce-subject"));
                service.kill9();
                service.start();
                service.awaitOutput(STARTED, PATIENCE);
            }
            await().atMost(PATIENCE).ignoreExceptions().until(() -> JsonPath.read(get(uri), "$.backfill.state")
                    .equals("completed"));
            assertThat(JsonPath.<Integer>read(get(uri), "$.backfill.scanned")).isEqualTo(ITEMS);
            service.stop(Duration.ofSeconds(60));

            Map<String, List<Message>> bySubject = receiver.messages().stream()
                    .collect(Collectors.groupingBy(message -> message.header("ce-subject")));
            assertThat(bySubject.keySet()).containsExactlyInAnyOrderElementsOf(subjects);
            Set<String> repeated = bySubject.entrySet().stream()
                    .filter(entry -> entry.getValue().size() > 1)
                    .peek(entry -> assertRepeatedByAKill(entry.getValue()))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());
            log.info("{} items, {} kills, {} repeated", ITEMS, KILLS, repeated.size());
            assertThat(held).hasSize(KILLS);
            assertThat(repeated)
                    .as("what the receiver had and had not answered when the service was killed")
                    .containsAll(held);
            assertThat(receiver.messages()).allSatisfy(message -> assertThat(message.header("ce-backfilled"))
                    .isEqualTo("true"));
        }
    }

    private static void assertRepeatedByAKill(List<Message> messages) {
        assertThat(messages.stream()
                        .map(message -> message.header("Idempotency-Key"))
                        .distinct())
                .as("under the same key")
                .hasSize(1);
        assertThat(messages.stream().map(message -> message.header("X-Process")))
                .as("each time from another process")
                .doesNotHaveDuplicates();
        assertThat(messages.stream()
                        .filter(message -> message.header("ce-redelivered").equals("false")))
                .as("marked as redelivered, but for one")
                .hasSizeLessThanOrEqualTo(1);
    }

    private void putItemsThatNoStreamHas() {
        local.client().updateTable(update -> update.tableName(table)
                .streamSpecification(stream -> stream.streamEnabled(false)));
        for (int i = 0; i < ITEMS; i++) {
            var id = AttributeValue.fromS("item-" + i);
            local.client().putItem(put -> put.tableName(table).item(Map.of("id", id)));
        }
        local.client().updateTable(update -> update.tableName(table)
                .streamSpecification(stream -> stream.streamEnabled(true).streamViewType(StreamViewType.NEW_IMAGE)));
    }

    private Program program(String prefix, int port, Receiver receiver) {
        var arguments = LocalDynamoDb.serviceArguments(
                local.endpoint(),
                "--management.endpoints.access.max-permitted=unrestricted",
                "--onlyonce.tables.prefix=" + prefix,
                "--onlyonce.polling.lease-duration=2s",
                "--onlyonce.backfill.rate=100",
                "--onlyonce.backfill.segments=2",
                "--onlyonce.delivery.concurrency=4",
                "--onlyonce.streams[" + table + "].key=item-key",
                "--onlyonce.forward.receipts.table=" + table,
                "--onlyonce.forward.receipts.http.url=" + receiver.uri(),
                // Another value in each process.
                "--onlyonce.forward.receipts.http.headers.X-Process=${random.uuid}");
        return new Program(
                OnlyonceApplication.class,
                Stream.of(arguments)
                        .map(argument -> argument.equals("--server.port=0") ? "--server.port=" + port : argument)
                        .toArray(String[]::new));
    }

    /** The process may need a moment to become the active one. */
    private static void order(URI uri) {
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            var request = HttpRequest.newBuilder(uri)
                    .POST(BodyPublishers.ofString("{\"action\": \"backfill\"}"))
                    .header("Content-Type", "application/json")
                    .build();
            return HttpClient.newHttpClient()
                            .send(request, BodyHandlers.ofString(UTF_8))
                            .statusCode()
                    == 200;
        });
    }

    private static String get(URI uri) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString(UTF_8))
                .body();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
