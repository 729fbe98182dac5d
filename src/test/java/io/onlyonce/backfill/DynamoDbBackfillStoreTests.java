package io.onlyonce.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.ScriptedDynamoDb;
import io.onlyonce.checkpoint.CheckpointTable;
import io.onlyonce.checkpoint.DynamoDbCheckpointStore;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;

class DynamoDbBackfillStoreTests {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Map<String, AttributeValue> KEY = Map.of(
            "id", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0, -1})),
            "day", AttributeValue.fromN("7.5"));

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final ScriptedDynamoDb scripted = new ScriptedDynamoDb(local.client());
    private final String checkpoints = local.createTable("checkpoints", CheckpointTable::createTableRequest);
    private final BackfillStore store =
            new DynamoDbBackfillStore(scripted.client(), checkpoints, "shop", "orders", Clock.systemUTC());
    private final BackfillRun begun = BackfillRun.begin("one", "here", null, 2, NOON);

    @Test
    void nothingIsThereAtFirst() {
        assertThat(store.find()).isEmpty();
    }

    @Test
    void keepsWhatARunHasComeTo() {
        assertThat(store.replace(null, begun)).isTrue();
        var gone = begun.withProgress(
                List.of(SegmentProgress.START.after(KEY, 5), SegmentProgress.START.after(null, 3)), new Tally(4, 3, 1));
        assertThat(store.replace(begun, gone)).isTrue();
        assertThat(store.find()).contains(gone);
        var ended = gone.withOwner(null).ended(BackfillState.FAILED, "denied", NOON.plusSeconds(9));
        assertThat(store.replace(gone, ended)).isTrue();
        assertThat(store.find()).contains(ended);
    }

    @Test
    void whoHasNotSeenTheLastWriteDoesNotWrite() {
        store.replace(null, begun);
        var taken = begun.withOwner("elsewhere");
        store.replace(begun, taken);

        assertThat(store.replace(begun, begun.withProgress(begun.segments(), new Tally(1, 0, 0))))
                .isFalse();
        assertThat(store.replace(null, BackfillRun.begin("two", "here", null, 2, NOON)))
                .isFalse();
        assertThat(store.find()).contains(taken);
    }

    @Test
    void anotherRunOfTheSameVersionIsNotReplaced() {
        store.replace(null, begun);

        assertThat(store.replace(
                        BackfillRun.begin("other", "here", null, 2, NOON),
                        BackfillRun.begin("two", "here", begun, 2, NOON)))
                .isFalse();
    }

    @Test
    void writeWhoseAnswerWasLostIsRecognised() {
        scripted.<PutItemRequest, PutItemResponse>next("putItem", (request, service) -> {
            service.send(request);
            // As the SDK does when no answer has come.
            return service.send(request);
        });

        assertThat(store.replace(null, begun)).isTrue();
    }

    @Test
    void tablesAndConsumersKeepApartAndNoCheckpointIsTouched() {
        store.replace(null, begun);

        assertThat(new DynamoDbBackfillStore(local.client(), checkpoints, "shop", "users", Clock.systemUTC()).find())
                .isEmpty();
        assertThat(new DynamoDbBackfillStore(local.client(), checkpoints, "other", "orders", Clock.systemUTC()).find())
                .isEmpty();
        assertThat(new DynamoDbCheckpointStore(local.client(), checkpoints, "shop", "orders", Clock.systemUTC())
                        .findAll())
                .isEmpty();
    }
}
