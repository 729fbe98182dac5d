package io.onlyonce.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.StartAt;
import io.onlyonce.engine.TableSource;
import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.stream.Position;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** The engine on DynamoDB Local and real threads. */
class PollingEngineTests {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final LocalDynamoDb dynamoDb = LocalDynamoDb.shared();
    private final String table = "polled-" + UUID.randomUUID();
    private final ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
    private final SimpleCheckpoints checkpoints = new SimpleCheckpoints();
    private FakeRecordPath path;
    private PollingEngine engine;

    @BeforeEach
    void createTable() {
        scheduler.setPoolSize(4);
        scheduler.initialize();
        path = new FakeRecordPath(scheduler);
        dynamoDb.client().createTable(request -> request.tableName(table)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName("id")
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .keySchema(KeySchemaElement.builder()
                        .attributeName("id")
                        .keyType(KeyType.HASH)
                        .build())
                .streamSpecification(
                        stream -> stream.streamEnabled(true).streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)));
    }

    @AfterEach
    void stop() {
        if (engine != null) {
            engine.stop(Duration.ofSeconds(5));
        }
        scheduler.shutdown();
        dynamoDb.client().deleteTable(request -> request.tableName(table));
    }

    @Test
    void readsWhatWasWrittenBeforeAndAfterTheStart() {
        write(0, 30);
        start(StartAt.TRIM_HORIZON);
        write(30, 60);
        await().atMost(SOON).until(() -> path.finished().size() == 60);
        assertThat(engine.status().tables().get(0).state()).isEqualTo(State.RUNNING);

        assertThat(engine.stop(Duration.ofSeconds(5))).isTrue();
        assertThat(checkpoints.findAll()).singleElement().satisfies(row -> assertThat(row.position())
                .isInstanceOf(Position.After.class));
        write(60, 70);
        start(StartAt.TRIM_HORIZON);
        await().atMost(SOON).until(() -> path.finished().size() == 70);
        assertThat(path.violations()).isEmpty();
    }

    @Test
    void latestBeginsWithTheStart() {
        write(0, 5);
        start(StartAt.LATEST);
        write(5, 10);
        await().atMost(SOON).until(() -> path.finished().size() >= 5);
        assertThat(path.finished()).hasSize(5);
    }

    @Test
    void followsTheTableToItsNextStream() {
        start(StartAt.TRIM_HORIZON);
        write(0, 5);
        await().atMost(SOON).until(() -> path.finished().size() == 5);
        var first = engine.status().tables().get(0).streamArn();
        dynamoDb.client().updateTable(request -> request.tableName(table)
                .streamSpecification(stream -> stream.streamEnabled(false)));
        dynamoDb.client().updateTable(request -> request.tableName(table)
                .streamSpecification(stream -> stream.streamEnabled(true).streamViewType(StreamViewType.NEW_IMAGE)));
        write(5, 10);
        await().atMost(Duration.ofSeconds(90)).until(() -> path.finished().size() == 10);
        assertThat(engine.status().tables().get(0).streamArn()).isNotEqualTo(first);
    }

    private void start(StartAt startAt) {
        engine = new PollingEngine(
                dynamoDb.client(),
                dynamoDb.streamsClient(),
                List.of(new TableSource(table, null, startAt, true, path, checkpoints)),
                new PollingSettings(
                        10, 1 << 26, Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofSeconds(2), false),
                scheduler,
                new ConsumerListener() {},
                Clock.systemUTC());
        engine.start();
    }

    private void write(int from, int to) {
        IntStream.range(from, to).forEach(i -> dynamoDb.client()
                .putItem(request -> request.tableName(table).item(Map.of("id", AttributeValue.fromS("item-" + i)))));
    }
}
