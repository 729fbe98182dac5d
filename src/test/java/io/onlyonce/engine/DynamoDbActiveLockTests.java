package io.onlyonce.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.ScriptedDynamoDb;
import io.onlyonce.checkpoint.CheckpointTable;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

class DynamoDbActiveLockTests {

    private static final Duration LEASE = Duration.ofSeconds(2);

    private static String table;

    private final String consumer = LocalDynamoDb.uniqueName("consumer");
    private final ScriptedDynamoDb dynamoDb =
            new ScriptedDynamoDb(LocalDynamoDb.shared().client());
    private final ActiveLock one = lock(dynamoDb.client(), "one");
    private final ActiveLock other = lock(LocalDynamoDb.shared().client(), "other");
    private final AtomicInteger losses = new AtomicInteger();

    @BeforeAll
    static void createTable() {
        table = LocalDynamoDb.shared().createTable("checkpoints", CheckpointTable::createTableRequest);
    }

    @AfterEach
    void release() {
        one.release();
        other.release();
    }

    private ActiveLock lock(DynamoDbClient client, String owner) {
        return new DynamoDbActiveLock(client, table, consumer, owner, LEASE);
    }

    private Map<String, AttributeValue> item() {
        return LocalDynamoDb.shared()
                .client()
                .getItem(get -> get.tableName(table)
                        .key(Map.of("pk", AttributeValue.fromS(consumer), "sk", AttributeValue.fromS("lock")))
                        .consistentRead(true))
                .item();
    }

    @Test
    void oneProcessIsActiveAndSaysSoInTheTable() {
        assertThat(one.acquire(losses::incrementAndGet)).isTrue();
        assertThat(other.acquire(losses::incrementAndGet)).isFalse();

        assertThat(item())
                .containsEntry("ownerName", AttributeValue.fromS("one"))
                .containsEntry("leaseDuration", AttributeValue.fromS("2000"));
    }

    @Test
    void aReleaseHandsOverAtOnce() {
        one.acquire(losses::incrementAndGet);
        other.acquire(losses::incrementAndGet);
        one.release();

        assertThat(item()).isEmpty();
        assertThat(other.acquire(losses::incrementAndGet)).isTrue();
        assertThat(losses).hasValue(0);
    }

    @Test
    void anActiveProcessStaysActive() {
        one.acquire(losses::incrementAndGet);

        await().during(LEASE.multipliedBy(2)).atMost(LEASE.multipliedBy(3)).until(() -> !other.acquire(() -> {}));
        assertThat(losses).hasValue(0);
    }

    @Test
    void aSilentProcessCountsItselfOutBeforeAnotherTakesOver() {
        one.acquire(losses::incrementAndGet);
        other.acquire(() -> {});
        for (int i = 0; i < 1_000; i++) {
            dynamoDb.next(
                    "updateItem",
                    (UpdateItemRequest request,
                            ScriptedDynamoDb.Service<UpdateItemRequest, UpdateItemResponse> service) -> {
                        throw InternalServerErrorException.builder()
                                .statusCode(500)
                                .message("silence")
                                .build();
                    });
        }

        long start = System.nanoTime();
        await().atMost(LEASE.multipliedBy(4)).until(() -> other.acquire(() -> {}));
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThan(LEASE.multipliedBy(4).dividedBy(5));
        assertThat(losses).hasValue(1);
        assertThat(item()).containsEntry("ownerName", AttributeValue.fromS("other"));

        one.release();
        assertThat(item()).as("no longer its to release").containsEntry("ownerName", AttributeValue.fromS("other"));
    }

    @Test
    void aProcessWhoseHeartbeatHadNoAnswerTakesItsLockBackAtOnce() {
        one.acquire(losses::incrementAndGet);
        dynamoDb.next(
                "updateItem",
                (UpdateItemRequest request,
                        ScriptedDynamoDb.Service<UpdateItemRequest, UpdateItemResponse> service) -> {
                    service.send(request);
                    throw InternalServerErrorException.builder()
                            .statusCode(500)
                            .message("the answer is lost")
                            .build();
                });
        await().atMost(LEASE.multipliedBy(3)).until(() -> losses.get() == 1);
        one.release();

        assertThat(one.acquire(losses::incrementAndGet)).isTrue();
        assertThat(other.acquire(() -> {})).isFalse();
    }

    @Test
    void aReleaseWithoutAnswerLetsTheLockRunOut() {
        one.acquire(losses::incrementAndGet);
        dynamoDb.next("deleteItem", (request, service) -> {
            throw InternalServerErrorException.builder()
                    .statusCode(500)
                    .message("no answer")
                    .build();
        });
        one.release();

        assertThat(other.acquire(() -> {})).isFalse();
        await().atMost(LEASE.multipliedBy(3)).until(() -> other.acquire(() -> {}));
    }

    @Test
    void whatCannotBeToldIsThrown() {
        dynamoDb.next("getItem", (request, service) -> {
            throw InternalServerErrorException.builder()
                    .statusCode(500)
                    .message("no answer")
                    .build();
        });

        assertThatExceptionOfType(SdkException.class)
                .isThrownBy(() -> one.acquire(losses::incrementAndGet))
                .withMessageContaining("no answer");
        assertThat(one.acquire(losses::incrementAndGet)).isTrue();
    }
}
