package io.onlyonce.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.ScriptedDynamoDb;
import io.onlyonce.SettableClock;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.ShardId;
import java.time.Instant;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;

class DynamoDbCheckpointStoreTests extends CheckpointStoreContract {

    private static final ShardId PARENT = new ShardId("shardId-parent");

    private static String checkpointTable;

    private final DynamoDbClient client = LocalDynamoDb.shared().client();
    private final SettableClock clock = new SettableClock(Instant.parse("2026-03-01T13:00:00Z"));
    private final String consumer = LocalDynamoDb.uniqueName("consumer");
    private final CheckpointStore store = store(client, consumer, "orders");

    @BeforeAll
    static void createTable() {
        checkpointTable = LocalDynamoDb.shared().createTable("checkpoints", CheckpointTable::createTableRequest);
    }

    @Override
    CheckpointStore store() {
        return store;
    }

    @Test
    void itemsLookAsDocumented() {
        store.advance(at(new Position.TrimHorizon(), PARENT));
        assertThat(item())
                .isEqualTo(Map.of(
                        "pk", text(consumer + "#orders"),
                        "sk", text("2026-03-01T12:00:00.000#" + SHARD),
                        "streamArn", text(STREAM),
                        "shardId", text(SHARD.value()),
                        "parent", text("shardId-parent"),
                        "position", text("0"),
                        "start", text("TRIM_HORIZON"),
                        "at", text("2026-03-01T13:00:00Z")));

        store.advance(at(after("000000000000000000042"), PARENT));
        assertThat(item())
                .containsEntry("position", text("1:" + "0".repeat(38) + "42"))
                .containsEntry("sequenceNumber", text("000000000000000000042"))
                .containsEntry("createdAt", text("2026-03-01T12:00:01Z"))
                .doesNotContainKeys("start", "since");

        store.advance(at(new Position.ShardEnd(), PARENT));
        assertThat(item())
                .containsEntry("position", text("2"))
                .doesNotContainKeys("sequenceNumber", "createdAt", "start", "since");
    }

    @Test
    void startFromLatestKeepsItsMoment() {
        store.advance(at(new Position.Latest(Instant.parse("2026-03-01T12:00:00Z"))));

        assertThat(item())
                .containsEntry("position", text("0"))
                .containsEntry("start", text("LATEST"))
                .containsEntry("since", text("2026-03-01T12:00:00Z"))
                .doesNotContainKey("parent");
    }

    @Test
    void consumersAndTablesKeepApart() {
        store.advance(at(new Position.ShardEnd()));

        assertThat(store(client, consumer, "customers").findAll()).isEmpty();
        assertThat(store(client, consumer + "-2", "orders").findAll()).isEmpty();
        assertThat(store(client, consumer, "orders").findAll()).hasSize(1);
    }

    @Test
    void separatorInANameIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> store(client, "a#b", "orders"));
        assertThatIllegalArgumentException().isThrownBy(() -> store(client, "a", "b#c"));
    }

    @Test
    void sequenceNumberBeyondTheApisLimitIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> store.advance(at(after("1".repeat(41)))));
    }

    @Test
    void allPagesAreReadConsistently() {
        var dynamoDb = new ScriptedDynamoDb(client);
        int shards = 5;
        for (int page = 0; page < shards; page++) {
            dynamoDb.<QueryRequest, QueryResponse>next(
                    "query",
                    (request, service) ->
                            service.send(request.toBuilder().limit(1).build()));
        }
        IntStream.range(0, shards)
                .forEach(i -> store.advance(
                        new Checkpoint(STREAM, new ShardId("shardId-" + i), null, new Position.TrimHorizon())));

        assertThat(store(dynamoDb.client(), consumer, "orders").findAll()).hasSize(shards);
        assertThat(dynamoDb.requests("query"))
                .hasSizeGreaterThanOrEqualTo(shards)
                .allSatisfy(request ->
                        assertThat(((QueryRequest) request).consistentRead()).isTrue());
    }

    @Test
    void failureOfTheServiceIsThrown() {
        var dynamoDb = new ScriptedDynamoDb(client).next("updateItem", (request, service) -> {
            throw ProvisionedThroughputExceededException.builder()
                    .message("slow down")
                    .build();
        });

        assertThatExceptionOfType(ProvisionedThroughputExceededException.class)
                .isThrownBy(() -> store(dynamoDb.client(), consumer, "orders").advance(at(after("1"))));
    }

    @Test
    void damagedItemIsNamed() {
        store.advance(at(after("1")));
        client.updateItem(
                update -> update.tableName(checkpointTable).key(key()).updateExpression("REMOVE sequenceNumber"));

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(store::findAll)
                .withMessageContaining(SHARD.value());
    }

    private CheckpointStore store(DynamoDbClient dynamoDb, String consumerName, String table) {
        return new DynamoDbCheckpointStore(dynamoDb, checkpointTable, consumerName, table, clock);
    }

    private Map<String, AttributeValue> item() {
        return client.getItem(get -> get.tableName(checkpointTable).key(key()).consistentRead(true))
                .item();
    }

    private Map<String, AttributeValue> key() {
        return Map.of("pk", text(consumer + "#orders"), "sk", text("2026-03-01T12:00:00.000#" + SHARD));
    }

    private static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }
}
