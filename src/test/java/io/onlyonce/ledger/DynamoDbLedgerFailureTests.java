package io.onlyonce.ledger;

import static io.onlyonce.ledger.LedgerContract.claim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.onlyonce.DuplicateKind;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.ScriptedDynamoDb;
import io.onlyonce.ScriptedDynamoDb.Service;
import io.onlyonce.ledger.ClaimOutcome.Claimed;
import io.onlyonce.ledger.ClaimOutcome.Duplicate;
import io.onlyonce.ledger.ClaimOutcome.InProgress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** What DynamoDB can do to a ledger: throttle a part, lose an answer, refuse, let another process in between. */
class DynamoDbLedgerFailureTests {

    private static final String STATEMENTS = "batchExecuteStatement";
    private static final String READ = "batchGetItem";
    private static final String WRITE = "batchWriteItem";
    private static final String TRANSACTION = "transactWriteItems";

    private static String ledgerTable;
    private static String effectsTable;

    private final String consumer = LocalDynamoDb.uniqueName("consumer");
    private final ScriptedDynamoDb dynamoDb =
            new ScriptedDynamoDb(LocalDynamoDb.shared().client());
    private final Ledger ledger = ledger(dynamoDb.client());
    private final Ledger others = ledger(LocalDynamoDb.shared().client());

    @BeforeAll
    static void createTables() {
        ledgerTable = LocalDynamoDb.shared().createTable("ledger", LedgerTable::createTableRequest);
        effectsTable = LocalDynamoDb.shared().createTableWithStream("effects");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ThrottlingError",
                "ProvisionedThroughputExceeded",
                "RequestLimitExceeded",
                "TransactionConflict",
                "InternalServerError",
                "NotYetInvented"
            })
    void claimWithAnUnansweredStatementIsRepeated(String code) {
        var claims = batch(5);
        dynamoDb.next(STATEMENTS, unanswered(3, code));

        assertUnavailable(() -> ledger.claim(claims), "PartiQLInsert", code);
        assertThat(ledger.claim(claims)).hasSize(5).containsOnly(Claimed.FRESH);
    }

    @Test
    void takeoverWithAnUnansweredStatementIsRepeated() {
        others.claim(batch(3));
        var claims = batch(3, "b");
        dynamoDb.next(STATEMENTS, DynamoDbLedgerFailureTests::pass).next(STATEMENTS, unanswered(1, "ThrottlingError"));

        assertUnavailable(() -> ledger.claim(claims), "PartiQLUpdate", "ThrottlingError");
        assertThat(ledger.claim(claims)).containsOnly(new Claimed(true, Set.of(), 0));
    }

    @Test
    void progressWithAnUnansweredStatementIsRepeated() {
        var claims = batch(3);
        ledger.claim(claims);
        var progress = claims.stream()
                .map(claim -> new Progress(claim, Set.of("one"), 1))
                .toList();
        dynamoDb.next(STATEMENTS, unanswered(1, "ThrottlingError"));

        assertUnavailable(() -> ledger.saveProgress(progress), "PartiQLUpdate", "ThrottlingError");
        assertThat(ledger.saveProgress(progress)).containsExactly(true, true, true);
    }

    @Test
    void releaseWithAnUnansweredStatementIsRepeated() {
        var claims = batch(3);
        ledger.claim(claims);
        dynamoDb.next(STATEMENTS, unanswered(1, "ThrottlingError"));

        assertUnavailable(() -> ledger.release(claims), "PartiQLDelete", "ThrottlingError");
        ledger.release(claims);
        assertThat(ledger.claim(batch(3, "b"))).containsOnly(Claimed.FRESH);
    }

    @Test
    void claimWhoseAnswerIsLostIsRepeated() {
        var claims = batch(5);
        dynamoDb.next(STATEMENTS, DynamoDbLedgerFailureTests::loseAnswer);

        assertUnavailable(() -> ledger.claim(claims), "PartiQLInsert", "connection reset");
        assertThat(ledger.claim(claims)).containsOnly(Claimed.FRESH);
    }

    @Test
    void claimThatTheSdkSentTwiceIsFresh() {
        dynamoDb.next(STATEMENTS, DynamoDbLedgerFailureTests::sendTwice);

        assertThat(ledger.claim(batch(5))).containsOnly(Claimed.FRESH);
    }

    @Test
    void takeoverThatTheSdkSentTwiceCounts() {
        others.claim(batch(5));
        dynamoDb.next(STATEMENTS, DynamoDbLedgerFailureTests::pass)
                .next(STATEMENTS, DynamoDbLedgerFailureTests::sendTwice);

        assertThat(ledger.claim(batch(5, "b"))).containsOnly(new Claimed(true, Set.of(), 0));
        assertThat(dynamoDb.requests(STATEMENTS)).hasSize(2);
        assertThat(dynamoDb.requests(READ)).hasSize(1);
    }

    @Test
    void progressThatTheSdkSentTwiceCounts() {
        var claim = claim("key", "event", "a");
        ledger.claim(List.of(claim));
        dynamoDb.next(STATEMENTS, DynamoDbLedgerFailureTests::sendTwice);

        assertThat(ledger.saveProgress(List.of(new Progress(claim, Set.of("one"), 1))))
                .containsExactly(true);
    }

    @Test
    void unprocessedKeysAreReadAgain() {
        others.claim(batch(5));
        dynamoDb.<BatchGetItemRequest, BatchGetItemResponse>next(READ, (request, service) -> {
            var keys = request.requestItems().get(ledgerTable);
            var answer = service.send(request.toBuilder()
                    .requestItems(Map.of(ledgerTable, part(keys, 0, 2)))
                    .build());
            return answer.toBuilder()
                    .unprocessedKeys(Map.of(ledgerTable, part(keys, 2, 5)))
                    .build();
        });

        assertThat(ledger.claim(batch(5, "b"))).containsOnly(new Claimed(true, Set.of(), 0));
        assertThat(dynamoDb.requests(READ)).hasSize(2);
    }

    @Test
    void keysThatStayUnprocessedMakeTheLedgerUnavailable() {
        others.claim(batch(2));
        for (int i = 0; i < Backoff.TRIES; i++) {
            dynamoDb.<BatchGetItemRequest, BatchGetItemResponse>next(
                    READ, (request, service) -> BatchGetItemResponse.builder()
                            .responses(Map.of())
                            .unprocessedKeys(request.requestItems())
                            .build());
        }

        assertUnavailable(() -> ledger.claim(batch(2, "b")), "BatchGetItem", "undone");
        assertThat(ledger.claim(batch(2, "b"))).containsOnly(new Claimed(true, Set.of(), 0));
    }

    @Test
    void readIsConsistent() {
        others.claim(batch(1));
        ledger.claim(batch(1, "b"));

        assertThat(dynamoDb.requests(READ)).singleElement().satisfies(request -> assertThat(
                        ((BatchGetItemRequest) request)
                                .requestItems()
                                .get(ledgerTable)
                                .consistentRead())
                .isTrue());
    }

    @Test
    void unprocessedItemsAreWrittenAgain() {
        var claims = batch(5);
        ledger.claim(claims);
        dynamoDb.<BatchWriteItemRequest, BatchWriteItemResponse>next(WRITE, (request, service) -> {
            var items = request.requestItems().get(ledgerTable);
            service.send(request.toBuilder()
                    .requestItems(Map.of(ledgerTable, items.subList(0, 2)))
                    .build());
            return BatchWriteItemResponse.builder()
                    .unprocessedItems(Map.of(ledgerTable, items.subList(2, 5)))
                    .build();
        });

        ledger.complete(claims);

        assertThat(ledger.claim(batch(5))).containsOnly(new Duplicate(DuplicateKind.REDELIVERY));
    }

    @Test
    void itemsThatStayUnprocessedMakeTheLedgerUnavailable() {
        var claims = batch(2);
        ledger.claim(claims);
        for (int i = 0; i < Backoff.TRIES; i++) {
            dynamoDb.<BatchWriteItemRequest, BatchWriteItemResponse>next(
                    WRITE, (request, service) -> BatchWriteItemResponse.builder()
                            .unprocessedItems(request.requestItems())
                            .build());
        }

        assertUnavailable(() -> ledger.complete(claims), "BatchWriteItem", "undone");
        ledger.complete(claims);
        assertThat(ledger.claim(batch(2))).containsOnly(new Duplicate(DuplicateKind.REDELIVERY));
    }

    @Test
    void entryThatVanishesBeforeItIsReadIsClaimedFresh() {
        var other = claim("key", "event", "a");
        others.claim(List.of(other));
        dynamoDb.<BatchGetItemRequest, BatchGetItemResponse>next(READ, (request, service) -> {
            others.release(List.of(other));
            return service.send(request);
        });

        assertThat(ledger.claim(List.of(claim("key", "event", "b")))).containsExactly(Claimed.FRESH);
    }

    @Test
    void entryThatVanishesBeforeItIsTakenOverIsClaimedFresh() {
        var other = claim("key", "event", "a");
        others.claim(List.of(other));
        dynamoDb.next(STATEMENTS, DynamoDbLedgerFailureTests::pass)
                .next(STATEMENTS, before(() -> others.release(List.of(other))));

        assertThat(ledger.claim(List.of(claim("key", "event", "b")))).containsExactly(Claimed.FRESH);
    }

    @Test
    void entryThatChangesHandsBeforeItIsTakenOverIsDecidedAnew() {
        others.claim(List.of(claim("taken", "event", "a"), claim("ended", "event", "a")));
        var taker = claim("taken", "event", "c");
        var ended = claim("ended", "event", "c");
        dynamoDb.next(STATEMENTS, DynamoDbLedgerFailureTests::pass).next(STATEMENTS, before(() -> {
            others.claim(List.of(taker, ended));
            others.saveProgress(List.of(new Progress(taker, Set.of("one"), 2)));
            others.complete(List.of(ended));
        }));

        assertThat(ledger.claim(List.of(claim("taken", "event", "b"), claim("ended", "event", "b"))))
                .containsExactly(new Claimed(true, Set.of("one"), 2), new Duplicate(DuplicateKind.REDELIVERY));
    }

    @Test
    void listenersThatCompleteBeforeTheTakeoverAreNotForgotten() {
        var holder = claim("key", "event", "a");
        others.claim(List.of(holder));
        dynamoDb.next(STATEMENTS, before(() -> others.commit(holder, "one", Set.of(), List.of())))
                .next(STATEMENTS, before(() -> others.commit(holder, "two", Set.of("one"), List.of())));

        assertThat(ledger.takeOver(claim("key", "other", "b"), holder.token()))
                .isEqualTo(new Claimed(true, Set.of("one", "two"), 0));
    }

    @Test
    void attemptThatFailsBeforeTheTakeoverIsNotForgotten() {
        var holder = claim("key", "event", "a");
        others.claim(List.of(holder));
        dynamoDb.next(STATEMENTS, before(() -> others.saveProgress(List.of(new Progress(holder, Set.of(), 3)))));

        assertThat(ledger.takeOver(claim("key", "event", "b"), holder.token()))
                .isEqualTo(new Claimed(true, Set.of(), 3));
    }

    @Test
    void completionThatIsRenewedBeforeItIsReplacedStillCounts() {
        var claim = claim("key", "event", "a");
        var early = new DynamoDbLedger(
                dynamoDb.client(),
                ledgerTable,
                consumer,
                "orders",
                LedgerContract.RETENTION,
                Clock.offset(Clock.systemUTC(), LedgerContract.RETENTION.multipliedBy(2)));
        others.claim(List.of(claim));
        others.complete(List.of(claim));
        dynamoDb.next(STATEMENTS, DynamoDbLedgerFailureTests::pass)
                .next(STATEMENTS, before(() -> early.complete(List.of(claim))));

        assertThat(early.claim(List.of(claim("key", "event", "b"))))
                .containsExactly(new Duplicate(DuplicateKind.REDELIVERY));
    }

    @Test
    void crowdOnOneKeyMakesTheLedgerUnavailableInTheEnd() {
        var holders = new ArrayList<Claim>();
        holders.add(claim("key", "event", "a"));
        others.claim(holders);
        dynamoDb.next(STATEMENTS, DynamoDbLedgerFailureTests::pass);
        for (int i = 0; i < 100; i++) {
            var next = claim("key", "event", "process-" + i);
            dynamoDb.next(STATEMENTS, before(() -> others.claim(List.of(next))));
        }

        assertThatExceptionOfType(LedgerUnavailableException.class)
                .isThrownBy(() -> ledger.claim(List.of(claim("key", "event", "b"))));
    }

    @ParameterizedTest
    @CsvSource({
        "AccessDeniedException, is not authorized",
        "ResourceNotFoundException, Cannot do operations on a non-existent table",
        "ValidationException, Provided list is invalid"
    })
    void refusalNamesTableAndAction(String code, String message) {
        var claim = claim("key", "event", "a");
        others.claim(List.of(claim("known", "event", "a")));
        var refusal = DynamoDbException.builder()
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .statusCode(400)
                .build();
        for (var operation : List.of(STATEMENTS, STATEMENTS, STATEMENTS, READ, WRITE, TRANSACTION, TRANSACTION)) {
            dynamoDb.next(operation, (request, service) -> {
                throw refusal;
            });
        }

        assertUnavailable(() -> ledger.claim(List.of(claim)), "PartiQLInsert", message);
        assertUnavailable(() -> ledger.release(List.of(claim)), "PartiQLDelete", message);
        assertUnavailable(
                () -> ledger.saveProgress(List.of(new Progress(claim, Set.of(), 1))), "PartiQLUpdate", message);
        assertUnavailable(() -> ledger.redrive(claim("known", "event", "b")), "BatchGetItem", message);
        assertUnavailable(() -> ledger.complete(List.of(claim)), "BatchWriteItem", message);
        assertUnavailable(() -> ledger.commit(claim, "one", Set.of(), List.of()), "TransactWriteItems", message);
        assertUnavailable(
                () -> ledger.quarantine(new Progress(claim, Set.of(), 1), List.of()), "TransactWriteItems", message);
    }

    @Test
    void refusedStatementNamesTableAndAction() {
        var missing = new DynamoDbLedger(
                dynamoDb.client(), "no-such-table", consumer, "orders", LedgerContract.RETENTION, Clock.systemUTC());

        assertThatExceptionOfType(LedgerUnavailableException.class)
                .isThrownBy(() -> missing.claim(batch(1)))
                .withMessageContainingAll("dynamodb:PartiQLInsert", "no-such-table", "ResourceNotFound");
    }

    @Test
    void commitWhoseAnswerIsLostIsRepeated() {
        var claim = claim("key", "event", "a");
        ledger.claim(List.of(claim));
        dynamoDb.next(TRANSACTION, DynamoDbLedgerFailureTests::loseAnswer);

        assertUnavailable(
                () -> ledger.commit(claim, "one", Set.of(), List.of(effect())),
                "TransactWriteItems",
                "connection reset");
        assertThat(ledger.commit(claim, "one", Set.of(), List.of(effect()))).isEqualTo(CommitOutcome.COMMITTED_BEFORE);
        assertThat(effects()).isOne();
    }

    @Test
    void requestTokensDifferByCallAndTry() {
        var claim = claim("key", "event", "a");
        ledger.claim(List.of(claim));
        dynamoDb.next(TRANSACTION, cancelled("None", "TransactionConflict"));

        ledger.commit(claim, "one", Set.of(), List.of(effect()));
        ledger.commit(claim, "two", Set.of("one"), List.of(effect()));

        assertThat(dynamoDb.requests(TRANSACTION))
                .extracting(request -> ((TransactWriteItemsRequest) request).clientRequestToken())
                .hasSize(3)
                .doesNotContainNull()
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({
        "None, TransactionConflict",
        "None, ThrottlingError",
        "None, ProvisionedThroughputExceeded",
        "TransactionConflict, None",
        "TransactionConflict, TransactionConflict",
        "ConditionalCheckFailed, TransactionConflict"
    })
    void passingReasonsAreTriedAgain(String itemReason, String ledgerReason) {
        var claim = claim("key", "event", "a");
        ledger.claim(List.of(claim));
        dynamoDb.next(TRANSACTION, cancelled(itemReason, ledgerReason))
                .next(TRANSACTION, cancelled(itemReason, ledgerReason));

        assertThat(ledger.commit(claim, "one", Set.of(), List.of(effect()))).isEqualTo(CommitOutcome.COMMITTED);
        assertThat(effects()).isOne();
    }

    @Test
    void conflictOnTheEntryThatStaysMakesTheLedgerUnavailable() {
        var claim = claim("key", "event", "a");
        ledger.claim(List.of(claim));
        for (int i = 0; i < Backoff.TRIES; i++) {
            dynamoDb.next(TRANSACTION, cancelled("None", "TransactionConflict"));
        }

        assertUnavailable(
                () -> ledger.commit(claim, "one", Set.of(), List.of(effect())), "TransactWriteItems", "cancelled");
    }

    @Test
    void conflictOnAnItemThatStaysIsThrown() {
        var claim = claim("key", "event", "a");
        ledger.claim(List.of(claim));
        for (int i = 0; i < Backoff.TRIES; i++) {
            dynamoDb.next(TRANSACTION, cancelled("TransactionConflict", "None"));
        }

        assertThatExceptionOfType(TransactionCanceledException.class)
                .isThrownBy(() -> ledger.commit(claim, "one", Set.of(), List.of(effect())));
    }

    @Test
    void refusedItemDoesNotHideThatTheCommitWentThrough() {
        var claim = claim("key", "event", "a");
        ledger.claim(List.of(claim));
        ledger.commit(claim, "one", Set.of(), List.of(effect()));
        dynamoDb.next(TRANSACTION, cancelled("ConditionalCheckFailed", "None"));

        assertThat(ledger.commit(claim, "one", Set.of(), List.of(effect()))).isEqualTo(CommitOutcome.COMMITTED_BEFORE);
    }

    @Test
    void refusedItemDoesNotHideThatTheClaimIsLost() {
        var claim = claim("key", "event", "a");
        ledger.claim(List.of(claim));
        others.claim(List.of(claim("key", "event", "b")));
        dynamoDb.next(TRANSACTION, cancelled("ConditionalCheckFailed", "None"));

        assertThat(ledger.commit(claim, "one", Set.of(), List.of(effect()))).isEqualTo(CommitOutcome.CLAIM_LOST);
    }

    @Test
    void invalidItemIsThrownAsTheServiceSaidIt() {
        var claim = claim("key", "event", "a");
        ledger.claim(List.of(claim));
        var invalid = TransactWriteItem.builder()
                .put(put -> put.tableName(effectsTable).item(Map.of("id", AttributeValue.fromS(""))))
                .build();

        assertThatExceptionOfType(DynamoDbException.class)
                .isThrownBy(() -> ledger.commit(claim, "one", Set.of(), List.of(invalid)))
                .withMessageContaining("empty string");
        assertThat(ledger.claim(List.of(claim))).containsExactly(Claimed.FRESH);
    }

    @Test
    void throttledTransactionMakesTheLedgerUnavailable() {
        var claim = claim("key", "event", "a");
        ledger.claim(List.of(claim));
        dynamoDb.next(TRANSACTION, (request, service) -> {
            throw ProvisionedThroughputExceededException.builder()
                    .message("slow down")
                    .build();
        });

        assertUnavailable(
                () -> ledger.quarantine(new Progress(claim, Set.of(), 1), List.of(effect())),
                "TransactWriteItems",
                "slow down");
    }

    @Test
    void interruptEndsTheWaitAndStaysSet() {
        var claim = claim("key", "event", "a");
        ledger.claim(List.of(claim));
        dynamoDb.<TransactWriteItemsRequest, TransactWriteItemsResponse>next(TRANSACTION, (request, service) -> {
            Thread.currentThread().interrupt();
            return cancelled("None", "TransactionConflict").answer(request, service);
        });

        assertThatExceptionOfType(LedgerUnavailableException.class)
                .isThrownBy(() -> ledger.commit(claim, "one", Set.of(), List.of(effect())));
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void newClaimsTakeOneRoundTrip() {
        ledger.claim(batch(Ledger.MAX_BATCH));

        assertThat(dynamoDb.requests(STATEMENTS)).hasSize(1);
        assertThat(dynamoDb.requests(READ)).isEmpty();
    }

    @Test
    void inProgressIsReadButNotWritten() {
        var holder = claim("key", "event", "a");
        others.claim(List.of(holder));

        assertThat(ledger.claim(List.of(claim("key", "other", "b"))))
                .containsExactly(new InProgress(holder.token(), 0));
        assertThat(dynamoDb.requests(STATEMENTS)).hasSize(1);
        assertThat(dynamoDb.requests(READ)).hasSize(1);
    }

    private Ledger ledger(DynamoDbClient client) {
        return new DynamoDbLedger(client, ledgerTable, consumer, "orders", LedgerContract.RETENTION, Clock.systemUTC());
    }

    private static List<Claim> batch(int size) {
        return batch(size, "a");
    }

    private static List<Claim> batch(int size, String process) {
        return IntStream.range(0, size)
                .mapToObj(i -> claim("key-" + i, "event", process))
                .toList();
    }

    private static void assertUnavailable(ThrowingCallable call, String action, String reason) {
        assertThatExceptionOfType(LedgerUnavailableException.class)
                .isThrownBy(call)
                .withMessageContainingAll("dynamodb:" + action, ledgerTable, reason);
    }

    private TransactWriteItem effect() {
        return TransactWriteItem.builder()
                .update(update -> update.tableName(effectsTable)
                        .key(Map.of("id", AttributeValue.fromS(consumer)))
                        .updateExpression("ADD runs :one")
                        .expressionAttributeValues(Map.of(":one", AttributeValue.fromN("1"))))
                .build();
    }

    private int effects() {
        return Integer.parseInt(LocalDynamoDb.shared()
                .client()
                .getItem(get -> get.tableName(effectsTable)
                        .key(Map.of("id", AttributeValue.fromS(consumer)))
                        .consistentRead(true))
                .item()
                .get("runs")
                .n());
    }

    private static KeysAndAttributes part(KeysAndAttributes keys, int from, int to) {
        return keys.toBuilder().keys(keys.keys().subList(from, to)).build();
    }

    private static <Q, A> A pass(Q request, Service<Q, A> service) {
        return service.send(request);
    }

    private static <Q, A> A loseAnswer(Q request, Service<Q, A> service) {
        service.send(request);
        throw SdkClientException.create("connection reset");
    }

    /** What the caller sees after the SDK has repeated a request whose answer was lost. */
    private static <Q, A> A sendTwice(Q request, Service<Q, A> service) {
        service.send(request);
        return service.send(request);
    }

    private static ScriptedDynamoDb.Call<BatchExecuteStatementRequest, BatchExecuteStatementResponse> before(
            Runnable intervention) {
        return (request, service) -> {
            intervention.run();
            return service.send(request);
        };
    }

    /** One statement is not executed, and the call succeeds all the same. */
    private static ScriptedDynamoDb.Call<BatchExecuteStatementRequest, BatchExecuteStatementResponse> unanswered(
            int index, String code) {
        return (request, service) -> {
            var statements = new ArrayList<>(request.statements());
            statements.remove(index);
            var answer = service.send(request.toBuilder().statements(statements).build());
            var responses = new ArrayList<>(answer.responses());
            responses.add(
                    index,
                    BatchStatementResponse.builder()
                            .error(error -> error.code(code).message("try again"))
                            .build());
            return answer.toBuilder().responses(responses).build();
        };
    }

    private static ScriptedDynamoDb.Call<TransactWriteItemsRequest, TransactWriteItemsResponse> cancelled(
            String... codes) {
        return (request, service) -> {
            throw TransactionCanceledException.builder()
                    .message("Transaction cancelled")
                    .cancellationReasons(List.of(codes).stream()
                            .map(code -> CancellationReason.builder().code(code).build())
                            .toList())
                    .build();
        };
    }
}
