package io.onlyonce.actuate;

import static io.onlyonce.quarantine.QuarantinedRecords.CREATED_AT;
import static io.onlyonce.quarantine.QuarantinedRecords.FAILURE;
import static io.onlyonce.quarantine.QuarantinedRecords.quarantined;
import static io.onlyonce.quarantine.QuarantinedRecords.record;
import static org.assertj.core.api.Assertions.assertThat;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromBool;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromL;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromM;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromN;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;

import io.onlyonce.DuplicateKind;
import io.onlyonce.ledger.ClaimOutcome.Claimed;
import io.onlyonce.ledger.ClaimOutcome.Duplicate;
import io.onlyonce.ledger.ClaimOutcome.InProgress;
import io.onlyonce.ledger.ClaimToken;
import io.onlyonce.ledger.LedgerUnavailableException;
import io.onlyonce.quarantine.InMemoryQuarantineStore;
import io.onlyonce.quarantine.QuarantinedRecord;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.json.BasicJsonTester;
import org.springframework.boot.test.json.JsonContent;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** The endpoint over HTTP, with redrives that run real listeners. */
@SpringBootTest(
        classes = QuarantineApplication.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoints.web.exposure.include=quarantine",
            "management.endpoint.quarantine.access=unrestricted"
        })
class QuarantineEndpointTests {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final BasicJsonTester json = new BasicJsonTester(getClass());

    @LocalServerPort
    private int port;

    @Autowired
    private InMemoryQuarantineStore store;

    @Autowired
    private StubLedger ledger;

    @Autowired
    private QuarantineApplication.OrderListener listener;

    @Autowired
    private QuarantineApplication.Audit audit;

    @BeforeEach
    void reset() {
        store.list(null, null, 1000).records().forEach(record -> store.delete(record.id()));
        ledger.answerRedrives(new Claimed(true, Set.of(), 0));
        listener.failWith(null);
        listener.received().clear();
        audit.events().clear();
    }

    @Test
    void listsSummariesOfATable() throws Exception {
        var order = put(quarantined("orders", "100"));
        put(quarantined("customers", "100"));

        var response = send("GET", "?table=orders");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(body(response))
                .isStrictlyEqualToJson(
                        """
                        {"records": [{
                          "id": "%s",
                          "table": "orders",
                          "eventId": "event-100",
                          "shardId": "shardId-00000001",
                          "sequenceNumber": "100",
                          "keys": {"id": {"S": "order 100"}},
                          "deduplicationKey": "event-100",
                          "failedListeners": ["OrderListener.on", "StockListener.on"],
                          "exception": "java.lang.IllegalStateException",
                          "message": "Out of stock",
                          "attempts": 5,
                          "quarantinedAt": "2026-07-14T10:16:01.500Z",
                          "lastAttemptAt": "2026-07-14T10:16:01.500Z",
                          "truncated": false
                        }]}
                        """
                                .formatted(order.id()));
    }

    @Test
    void unknownTableIsNotFoundAndTheKnownOnesAreNamed() throws Exception {
        for (var response : List.of(send("GET", "?table=order"), redriveAll("{\"table\": \"order\"}"))) {
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(body(response))
                    .isStrictlyEqualToJson(
                            """
                            {"message": "Table 'order' is not consumed and has nothing in quarantine", "choices": ["orders"]}
                            """);
        }
        assertThat(send("GET", "?table=orders").statusCode()).isEqualTo(200);
        assertThat(redriveAll("{\"table\": \"orders\"}").statusCode()).isEqualTo(200);
    }

    @Test
    void tableThatIsNotConfiguredAnyMoreIsListedWhileItHasRecords() throws Exception {
        var customer = put(quarantined("customers", "100"));

        assertThat(send("GET", "?table=customers").statusCode()).isEqualTo(200);
        assertThat(body(redriveAll("{\"table\": \"customers\"}")))
                .isStrictlyEqualToJson("{\"table\": \"customers\", \"outcomes\": {\"unknown-table\": 1}}");
        store.delete(customer.id());
        assertThat(send("GET", "?table=customers&cursor=" + customer.id()).statusCode())
                .isEqualTo(200);
        assertThat(send("GET", "?table=customers").statusCode()).isEqualTo(404);
    }

    @Test
    void pagesByCursor() throws Exception {
        for (int number = 1; number <= 3; number++) {
            put(quarantined("orders", String.valueOf(number)));
        }

        var first = body(send("GET", "?limit=2"));
        assertThat(first).extractingJsonPathArrayValue("$.records").hasSize(2);

        String cursor =
                assertThat(first).extractingJsonPathStringValue("$.cursor").actual();
        var second = body(send("GET", "?limit=2&cursor=" + cursor));
        assertThat(second)
                .extractingJsonPathStringValue("$.records[0].sequenceNumber")
                .isEqualTo("3");
        assertThat(second).doesNotHaveJsonPath("$.cursor");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"?limit=0", "?limit=1001", "?limit=many", "?cursor=garbage", "?table=orders&cursor=garbage"})
    void badParameterIsABadRequest(String query) throws Exception {
        assertThat(send("GET", query).statusCode()).isEqualTo(400);
    }

    @Test
    void badCursorIsExplained() throws Exception {
        assertThat(body(send("GET", "?cursor=garbage")))
                .extractingJsonPathStringValue("$.message")
                .contains("cursor");
    }

    @Test
    void showsARecordInFull() throws Exception {
        var image = Map.of(
                "id",
                fromS("a1"),
                "lines",
                fromL(List.of(fromM(Map.of("price", fromN("0.10"), "gift", fromBool(true))))));
        var order = put(quarantined("shop.orders", record("100", CREATED_AT, image, null), FAILURE));

        var response = send("GET", "/" + order.id());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(body(response))
                .isStrictlyEqualToJson(
                        """
                        {
                          "id": "%s",
                          "table": "shop.orders",
                          "streamArn": "arn:aws:dynamodb:eu-central-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000",
                          "eventId": "event-100",
                          "eventName": "INSERT",
                          "shardId": "shardId-00000001",
                          "sequenceNumber": "100",
                          "createdAt": "2026-07-14T10:15:00Z",
                          "keys": {"id": {"S": "order 100"}},
                          "newImage": {
                            "id": {"S": "a1"},
                            "lines": {"L": [{"M": {"price": {"N": "0.10"}, "gift": {"BOOL": true}}}]}
                          },
                          "deduplicationKey": "event-100",
                          "completedListeners": ["AuditListener.on"],
                          "failedListeners": ["OrderListener.on", "StockListener.on"],
                          "failure": {
                            "listener": "OrderListener.on",
                            "exception": "java.lang.IllegalStateException",
                            "message": "Out of stock"
                          },
                          "stackTrace": "java.lang.IllegalStateException: Out of stock\\n\\tat OrderListener.on",
                          "attempts": 5,
                          "firstAttemptAt": "2026-07-14T10:15:59Z",
                          "quarantinedAt": "2026-07-14T10:16:01.500Z",
                          "lastAttemptAt": "2026-07-14T10:16:01.500Z",
                          "truncated": false
                        }
                        """
                                .formatted(order.id()));
    }

    @Test
    void unknownRecordIsNotFound() throws Exception {
        var response = send("GET", "/unknown");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(body(response)).extractingJsonPathStringValue("$.message").contains("No quarantined record");
    }

    @Test
    void redriveDeliversAndAnswersProcessed() throws Exception {
        var order = put(quarantined("orders", "100"));

        var response = send("POST", "/" + order.id());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(body(response)).extractingJsonPathStringValue("$.outcome").isEqualTo("processed");
        assertThat(listener.received()).containsExactly("event-100");
        assertThat(store.find(order.id())).isEmpty();
        assertThat(audit.events()).singleElement().satisfies(event -> {
            assertThat(event.getType()).isEqualTo("QUARANTINE_REDRIVE");
            assertThat(event.getPrincipal()).isEqualTo("anonymous");
            assertThat(event.getData()).isEqualTo(Map.of("id", order.id(), "outcome", "processed"));
        });
    }

    @Test
    void redriveMayHaveAJsonBody() throws Exception {
        var order = put(quarantined("orders", "100"));

        assertThat(send("POST", "/" + order.id(), "application/json", "{}").statusCode())
                .isEqualTo(200);
    }

    @Test
    void redriveThatFailsAgainIsAConflictAndNamesTheNewFailure() throws Exception {
        var order = put(quarantined("orders", "100"));
        listener.failWith(new IllegalArgumentException("Still out of stock"));

        var response = send("POST", "/" + order.id());

        assertThat(response.statusCode()).isEqualTo(409);
        assertThat(body(response)).extractingJsonPathStringValue("$.outcome").isEqualTo("failed");
        assertThat(body(response))
                .extractingJsonPathStringValue("$.failure.message")
                .isEqualTo("Still out of stock");
        assertThat(store.find(order.id()))
                .hasValueSatisfying(stored -> assertThat(stored.attempts()).isEqualTo(6));
        assertThat(outcomes()).containsExactly("failed");
    }

    @Test
    void redriveOfACompletedKeyAnswersAlreadyCompleted() throws Exception {
        var order = put(quarantined("orders", "100"));
        ledger.answerRedrives(new Duplicate(DuplicateKind.REINSERT));

        var response = send("POST", "/" + order.id());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(body(response)).extractingJsonPathStringValue("$.outcome").isEqualTo("already-completed");
        assertThat(listener.received()).isEmpty();
    }

    @Test
    void redriveBesideAnotherDeliveryIsAConflict() throws Exception {
        var order = put(quarantined("orders", "100"));
        ledger.answerRedrives(new InProgress(new ClaimToken("another process", 1), 0));

        var response = send("POST", "/" + order.id());

        assertThat(response.statusCode()).isEqualTo(409);
        assertThat(body(response)).extractingJsonPathStringValue("$.outcome").isEqualTo("in-progress");
    }

    @Test
    void redriveOfAnUnknownRecordIsNotFound() throws Exception {
        var response = send("POST", "/unknown");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(body(response)).extractingJsonPathStringValue("$.outcome").isEqualTo("not-found");
    }

    @Test
    void redriveOfATableThatIsNotConsumedIsAConflict() throws Exception {
        var customer = put(quarantined("customers", "100"));

        var response = send("POST", "/" + customer.id());

        assertThat(response.statusCode()).isEqualTo(409);
        assertThat(body(response)).extractingJsonPathStringValue("$.outcome").isEqualTo("unknown-table");
    }

    @Test
    void redriveWithoutTheImageCannotBeProcessed() throws Exception {
        var image = Map.of("text", fromS("x".repeat(409_000)));
        var order = put(quarantined("orders", record("100", CREATED_AT, image, null), FAILURE));

        var response = send("POST", "/" + order.id());

        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(body(response)).extractingJsonPathStringValue("$.outcome").isEqualTo("image-not-stored");
    }

    @Test
    void redriveWithoutTheLedgerIsUnavailable() throws Exception {
        var order = put(quarantined("orders", "100"));
        ledger.failRedrives(new LedgerUnavailableException("throttled", null));

        var response = send("POST", "/" + order.id());

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(body(response)).extractingJsonPathStringValue("$.message").contains("throttled");
        assertThat(store.find(order.id())).isPresent();
        assertThat(outcomes()).containsExactly("broken-off");
    }

    @Test
    void redrivesATableInItsOrder() throws Exception {
        put(quarantined("orders", "20"));
        put(quarantined("orders", "3"));
        put(quarantined("customers", "1"));

        var response = redriveAll("{\"table\": \"orders\"}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(body(response)).isStrictlyEqualToJson("{\"table\": \"orders\", \"outcomes\": {\"processed\": 2}}");
        assertThat(listener.received()).containsExactly("event-3", "event-20");
        assertThat(store.list("customers", null, 10).records()).hasSize(1);
        assertThat(outcomes()).containsExactly("processed", "processed");
    }

    @Test
    void redriveOfATableEndsAtTheLimitAndGoesOnPastWhatFailed() throws Exception {
        for (int number = 1; number <= 3; number++) {
            put(quarantined("orders", String.valueOf(number)));
        }
        listener.failWith(new IllegalStateException("Still failing"));

        var first = body(redriveAll("{\"table\": \"orders\", \"limit\": 2}"));
        assertThat(first).extractingJsonPathNumberValue("$.outcomes.failed").isEqualTo(2);

        listener.failWith(null);
        String cursor =
                assertThat(first).extractingJsonPathStringValue("$.cursor").actual();
        var second = redriveAll("{\"table\": \"orders\", \"limit\": 2, \"cursor\": \"" + cursor + "\"}");
        assertThat(body(second)).isStrictlyEqualToJson("{\"table\": \"orders\", \"outcomes\": {\"processed\": 1}}");
        assertThat(store.list("orders", null, 10).records()).hasSize(2);
    }

    @Test
    void redriveOfATableStopsWhenTheLedgerIsUnavailable() throws Exception {
        put(quarantined("orders", "1"));
        put(quarantined("orders", "2"));
        ledger.failRedrives(new LedgerUnavailableException("throttled", null));

        var response = redriveAll("{\"table\": \"orders\"}");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(body(response))
                .extractingJsonPathNumberValue("$.outcomes.broken-off")
                .isEqualTo(1);
        assertThat(body(response)).extractingJsonPathStringValue("$.message").contains("throttled");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "{\"table\": \"orders\", \"limit\": 0}", "{\"table\": \"orders\", \"cursor\": \"garbage\"}"
            })
    void badRedriveOfATableIsABadRequest(String requestBody) throws Exception {
        assertThat(redriveAll(requestBody).statusCode()).isEqualTo(400);
    }

    @Test
    void discardForgetsTheRecordAndSaysWhatFollows() throws Exception {
        var order = put(quarantined("orders", "100"));

        var response = send("DELETE", "/" + order.id());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(body(response)).extractingJsonPathStringValue("$.message").contains("dropped as a redelivery");
        assertThat(store.find(order.id())).isEmpty();
        assertThat(send("DELETE", "/" + order.id()).statusCode()).isEqualTo(404);
        assertThat(audit.events()).extracting(AuditEvent::getType).containsOnly("QUARANTINE_DISCARD");
        assertThat(outcomes()).containsExactly("discarded", "not-found");
    }

    @Test
    void auditNamesThePrincipal() throws Exception {
        var order = put(quarantined("orders", "100"));

        var request = HttpRequest.newBuilder(uri("/" + order.id()))
                .header(QuarantineApplication.USER_HEADER, "ada")
                .DELETE()
                .build();
        HTTP.send(request, BodyHandlers.discarding());

        assertThat(audit.events()).extracting(AuditEvent::getPrincipal).containsExactly("ada");
    }

    private QuarantinedRecord put(QuarantinedRecord quarantined) {
        store.apply(List.of(store.put(quarantined)));
        return quarantined;
    }

    private List<Object> outcomes() {
        return audit.events().stream()
                .map(event -> event.getData().get("outcome"))
                .toList();
    }

    private HttpResponse<String> redriveAll(String requestBody) throws Exception {
        return send("POST", "", "application/json", requestBody);
    }

    private HttpResponse<String> send(String method, String path) throws Exception {
        return send(method, path, null, null);
    }

    private HttpResponse<String> send(
            String method, String path, @Nullable String contentType, @Nullable String requestBody) throws Exception {
        var request = HttpRequest.newBuilder(uri(path))
                .method(method, requestBody == null ? BodyPublishers.noBody() : BodyPublishers.ofString(requestBody));
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://localhost:" + port + "/actuator/quarantine" + path);
    }

    private JsonContent<Object> body(HttpResponse<String> response) {
        return json.from(response.body());
    }

    @Nested
    @TestPropertySource(properties = "management.endpoints.access.max-permitted=read-only")
    class ReadOnly {

        @Test
        void permitsReadsOnly() throws Exception {
            var order = put(quarantined("orders", "100"));

            assertThat(send("GET", "").statusCode()).isEqualTo(200);
            assertThat(send("GET", "/" + order.id()).statusCode()).isEqualTo(200);
            assertThat(send("POST", "/" + order.id()).statusCode()).isEqualTo(405);
            assertThat(redriveAll("{\"table\": \"orders\"}").statusCode()).isEqualTo(405);
            assertThat(send("DELETE", "/" + order.id()).statusCode()).isEqualTo(405);
            assertThat(store.find(order.id())).isPresent();
            assertThat(listener.received()).isEmpty();
        }
    }

    @Test
    void writesAreRefusedWhereAnApplicationSaysNothing() {
        assertThat(QuarantineEndpoint.class.getAnnotation(WebEndpoint.class).defaultAccess())
                .isEqualTo(Access.READ_ONLY);
        assertThat(StreamsEndpoint.class.getAnnotation(WebEndpoint.class).defaultAccess())
                .isEqualTo(Access.READ_ONLY);
    }

    @Nested
    @TestPropertySource(properties = "management.endpoints.access.max-permitted=none")
    class NoAccess {

        @Test
        void permitsNothing() throws Exception {
            assertThat(send("GET", "").statusCode()).isEqualTo(404);
        }
    }
}
