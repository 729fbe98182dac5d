package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromN;

import io.onlyonce.chaos.FaultPlan.Rule;
import io.onlyonce.chaos.Tally.Count;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.LimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.TransactionInProgressException;

class FaultProxyTests {

    private final ProxiedTable table = new ProxiedTable();
    private final FaultProxy proxy = table.proxy();

    @AfterEach
    void close() throws IOException {
        table.close();
    }

    @Test
    void passesEverythingWithoutAPlan() {
        table.put("ä\"\\\n");

        assertThat(table.ids()).containsExactly("ä\"\\\n");
        assertThat(table.client()
                        .getItem(get -> get.tableName(table.name()).key(ProxiedTable.item("ä\"\\\n")))
                        .item())
                .isEqualTo(ProxiedTable.item("ä\"\\\n"));
        assertThat(proxy.faults()).isEmpty();
        assertThat(proxy.failures()).isZero();
    }

    @Test
    void passesErrorsOfTheService() {
        assertThatExceptionOfType(DynamoDbException.class)
                .isThrownBy(() -> table.client()
                        .putItem(put -> put.tableName(table.name()).item(Map.of("no-key", fromN("1")))))
                .satisfies(e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ValidationException"));
    }

    @ParameterizedTest
    @CsvSource({
        "PROVISIONED_THROUGHPUT_EXCEEDED, ProvisionedThroughputExceededException, 400, true",
        "THROTTLING, ThrottlingException, 400, true",
        "INTERNAL_SERVER_ERROR, InternalServerError, 500, false",
        "SERVICE_UNAVAILABLE, ServiceUnavailableException, 503, false"
    })
    void answersWithAnErrorInPlaceOfTheEffect(Fault fault, String code, int status, boolean throttling) {
        proxy.plan(FaultPlan.none().with(Rule.once(fault)));

        assertThatExceptionOfType(DynamoDbException.class)
                .isThrownBy(() -> table.put("a"))
                .satisfies(e -> {
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
                    assertThat(e.statusCode()).isEqualTo(status);
                    assertThat(e.isThrottlingException()).isEqualTo(throttling);
                    assertThat(e.requestId()).isNotBlank();
                });

        assertThat(table.ids()).isEmpty();
        assertThat(proxy.faults())
                .containsExactly(Map.entry(new FaultControl.Injection(fault, "PutItem"), new Count(1, 1)));
        assertThat(proxy.forwarded()).isEmpty();
    }

    @Test
    void limitsCallsThatHaveALimit() {
        proxy.plan(FaultPlan.none().with(Rule.once(Fault.LIMIT_EXCEEDED)));
        String arn = table.client()
                .describeTable(describe -> describe.tableName(table.name()))
                .table()
                .latestStreamArn();

        assertThatExceptionOfType(LimitExceededException.class)
                .isThrownBy(() -> table.streams().describeStream(describe -> describe.streamArn(arn)));
    }

    @Test
    void resetsTheConnectionBeforeTheEffect() {
        proxy.plan(FaultPlan.none().with(Rule.once(Fault.RESET_BEFORE)));

        assertThatExceptionOfType(SdkClientException.class)
                .isThrownBy(() -> table.put("a"))
                .withRootCauseInstanceOf(SocketException.class);

        assertThat(table.ids()).isEmpty();
        assertThat(proxy.injected(Fault.RESET_BEFORE).calls()).isEqualTo(1);
    }

    @Test
    void resetsTheConnectionAfterTheEffect() {
        proxy.plan(FaultPlan.none().with(Rule.once(Fault.RESET_AFTER)));

        assertThatExceptionOfType(SdkClientException.class)
                .isThrownBy(() -> table.put("a"))
                .withRootCauseInstanceOf(SocketException.class);

        assertThat(table.ids()).containsExactly("a");
        assertThat(proxy.injected(Fault.RESET_AFTER, "PutItem").calls()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"DELAYED_REQUEST", "DELAYED_ANSWER"})
    void delays(Fault fault) {
        proxy.plan(FaultPlan.none()
                .delays(Duration.ofMillis(300), Duration.ofMillis(300))
                .with(Rule.once(fault)));

        long start = System.nanoTime();
        table.put("a");

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(299));
        assertThat(table.ids()).containsExactly("a");
        assertThat(proxy.injected(fault).calls()).isEqualTo(1);
    }

    @Test
    void cancelsATransactionWithoutEffect() {
        proxy.plan(FaultPlan.none().with(Rule.once(Fault.TRANSACTION_CONFLICT)));

        assertThatExceptionOfType(TransactionCanceledException.class)
                .isThrownBy(() -> transact("token", "a", "b"))
                .satisfies(e -> assertThat(e.cancellationReasons())
                        .extracting("code")
                        .containsExactlyInAnyOrder("TransactionConflict", "None"));

        assertThat(table.ids()).isEmpty();
        transact("token", "a", "b");
        assertThat(table.ids()).containsExactly("a", "b");
    }

    @Test
    void refusesATransactionThatIsInProgress() {
        proxy.plan(FaultPlan.none().with(Rule.once(Fault.TRANSACTION_IN_PROGRESS)));

        assertThatExceptionOfType(TransactionInProgressException.class).isThrownBy(() -> transact("token", "a"));

        assertThat(table.ids()).isEmpty();
    }

    @Test
    void resetsEveryConnectionDuringAnOutage() {
        table.put("a");
        proxy.outage(Duration.ofMinutes(5));

        assertThatExceptionOfType(SdkClientException.class).isThrownBy(() -> table.put("b"));
        assertThatExceptionOfType(SdkClientException.class).isThrownBy(() -> table.put("c"));

        assertThat(table.ids()).containsExactly("a");
        assertThat(proxy.injected(Fault.OUTAGE, "PutItem").calls()).isEqualTo(2);
        proxy.outage(Duration.ZERO);
        table.put("d");
        assertThat(table.ids()).containsExactly("a", "d");
    }

    @Test
    void keepsToTheOperationAndTableOfARule() {
        proxy.plan(FaultPlan.none()
                .with(Rule.of(Fault.THROTTLING, 1).in("GetItem"))
                .with(Rule.of(Fault.INTERNAL_SERVER_ERROR, 1).on("another-table")));

        table.put("a");

        assertThat(proxy.faults()).isEmpty();
        assertThat(table.ids()).containsExactly("a");
    }

    private void transact(String token, String... ids) {
        List<TransactWriteItem> items = List.of(ids).stream()
                .map(id -> TransactWriteItem.builder()
                        .put(put -> put.tableName(table.name()).item(ProxiedTable.item(id)))
                        .build())
                .toList();
        table.client()
                .transactWriteItems(write -> write.clientRequestToken(token).transactItems(items));
    }
}
