package io.onlyonce.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.ScriptedDynamoDb;
import io.onlyonce.checkpoint.CheckpointTable;
import io.onlyonce.ledger.LedgerTable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.dynamodb.model.UpdateTimeToLiveRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateTimeToLiveResponse;

class TableInitializerTests {

    private final DynamoDbClient client = LocalDynamoDb.shared().client();
    private final ScriptedDynamoDb dynamoDb = new ScriptedDynamoDb(client);
    private final String prefix = LocalDynamoDb.uniqueName("tables");
    private final TableDefinition ledger =
            new TableDefinition(LedgerTable.createTableRequest(prefix + "-ledger"), LedgerTable.TIME_TO_LIVE_ATTRIBUTE);
    private final TableDefinition checkpoints =
            new TableDefinition(CheckpointTable.createTableRequest(prefix + "-checkpoints"), null);

    @Test
    void createsWhatIsMissing() {
        client.createTable(checkpoints.request());

        initializer(true).initialize();

        assertThat(client.describeTable(table -> table.tableName(ledger.name())).table())
                .satisfies(table -> assertThat(TableDefinition.keyOf(table)).isEqualTo("pk (HASH, S)"))
                .satisfies(table ->
                        assertThat(table.billingModeSummary().billingMode()).isEqualTo(BillingMode.PAY_PER_REQUEST));
        assertThat(client.describeTable(table -> table.tableName(checkpoints.name()))
                        .table())
                .satisfies(table -> assertThat(TableDefinition.keyOf(table)).isEqualTo("pk (HASH, S), sk (RANGE, S)"));
        assertThat(timeToLive(ledger)).isEqualTo("ENABLED expires");
        assertThat(timeToLive(checkpoints)).startsWith("DISABLED");
        assertThat(dynamoDb.requests("createTable")).hasSize(1);
    }

    @Test
    void changesNothingWhereAllIsThere() {
        initializer(true).initialize();
        var second = new ScriptedDynamoDb(client);

        new TableInitializer(second.client(), tables(true), List.of(ledger, checkpoints)).initialize();

        assertThat(second.requests("createTable")).isEmpty();
        assertThat(second.requests("updateTimeToLive")).isEmpty();
        assertThat(second.requests("describeTable")).hasSize(2);
    }

    @Test
    void enablesTimeToLiveWhereItIsOff() {
        client.createTable(ledger.request());

        initializer(true).initialize();

        assertThat(timeToLive(ledger)).isEqualTo("ENABLED expires");
    }

    @Test
    void missingTablesThatMayNotBeCreatedAreNamed() {
        assertThatExceptionOfType(OnlyoncePropertiesException.class)
                .isThrownBy(() -> initializer(false).initialize())
                .withMessageContainingAll(
                        "onlyonce.tables.create",
                        ledger.name(),
                        checkpoints.name(),
                        "does not exist",
                        "pk (HASH, S), sk (RANGE, S)",
                        "create=true");
        assertThat(dynamoDb.requests("createTable")).isEmpty();
    }

    @Test
    void existingTablesAreOnlyLookedAtWhereNothingMayBeCreated() {
        client.createTable(ledger.request());
        client.createTable(checkpoints.request());

        initializer(false).initialize();

        assertThat(timeToLive(ledger)).startsWith("DISABLED");
        assertThat(dynamoDb.requests("describeTimeToLive")).isEmpty();
    }

    @Test
    void tableWithAnotherKeyIsNotTaken() {
        client.createTable(table(ledger.name(), "id", ScalarAttributeType.S));

        for (boolean create : List.of(true, false)) {
            assertThatExceptionOfType(OnlyoncePropertiesException.class)
                    .isThrownBy(() -> initializer(create).initialize())
                    .withMessageContainingAll(
                            "onlyonce.tables.prefix", prefix, ledger.name(), "id (HASH, S)", "pk (HASH, S)");
        }
    }

    @Test
    void tableWithAnotherTypeOfKeyIsNotTaken() {
        client.createTable(table(ledger.name(), "pk", ScalarAttributeType.N));

        assertThatExceptionOfType(OnlyoncePropertiesException.class)
                .isThrownBy(() -> initializer(true).initialize())
                .withMessageContainingAll("pk (HASH, N)", "pk (HASH, S)");
    }

    @Test
    void severalProcessesMayStartAtOnce() throws Exception {
        int processes = 4;
        var executor = Executors.newFixedThreadPool(processes);
        try {
            var start = new CyclicBarrier(processes);
            var work = Stream.<Callable<Boolean>>generate(() -> () -> {
                        start.await();
                        initializer(true).initialize();
                        return true;
                    })
                    .limit(processes)
                    .toList();
            var done = new ArrayList<Boolean>();
            for (Future<Boolean> future : executor.invokeAll(work)) {
                done.add(future.get());
            }
            assertThat(done).hasSize(processes);
            assertThat(timeToLive(ledger)).isEqualTo("ENABLED expires");
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void tableThatAppearsInBetweenIsTaken() {
        client.createTable(ledger.request());
        client.createTable(checkpoints.request());
        dynamoDb.next("describeTable", (request, service) -> {
            throw ResourceNotFoundException.builder().build();
        });

        initializer(true).initialize();

        assertThat(dynamoDb.requests("createTable")).hasSize(1);
        assertThat(timeToLive(ledger)).isEqualTo("ENABLED expires");
    }

    @Test
    void tableThatAppearsInBetweenIsNotTakenIfItIsAnothers() {
        client.createTable(table(ledger.name(), "id", ScalarAttributeType.S));
        dynamoDb.next("describeTable", (request, service) -> {
            throw ResourceNotFoundException.builder().build();
        });

        assertThatExceptionOfType(OnlyoncePropertiesException.class)
                .isThrownBy(() -> initializer(true).initialize())
                .withMessageContainingAll(ledger.name(), "id (HASH, S)");
    }

    @Test
    void tableIsWaitedForUntilItIsActive() {
        client.createTable(ledger.request());
        client.createTable(checkpoints.request());
        dynamoDb.<DescribeTableRequest, DescribeTableResponse>next("describeTable", (request, service) -> {
            var table = service.send(request).table();
            return DescribeTableResponse.builder()
                    .table(table.toBuilder().tableStatus(TableStatus.CREATING).build())
                    .build();
        });

        initializer(true).initialize();

        assertThat(dynamoDb.requests("describeTable"))
                .extracting(request -> ((DescribeTableRequest) request).tableName())
                .containsExactly(ledger.name(), checkpoints.name(), ledger.name());
    }

    @Test
    void timeToLiveThatAnotherProcessEnablesFirstIsTaken() {
        client.createTable(ledger.request());
        dynamoDb.<UpdateTimeToLiveRequest, UpdateTimeToLiveResponse>next("updateTimeToLive", (request, service) -> {
            service.send(request);
            throw invalid("TimeToLive is already enabled");
        });

        initializer(true).initialize();

        assertThat(timeToLive(ledger)).isEqualTo("ENABLED expires");
    }

    @Test
    void timeToLiveThatCannotBeEnabledStopsTheStart() {
        dynamoDb.next("updateTimeToLive", (request, service) -> {
            throw invalid("is not authorized");
        });

        assertThatExceptionOfType(DynamoDbException.class)
                .isThrownBy(() -> initializer(true).initialize())
                .withMessageContaining("is not authorized");
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void timeToLiveOfAnotherAttributeIsLeftAlone(CapturedOutput output) {
        client.createTable(ledger.request());
        client.updateTimeToLive(request -> request.tableName(ledger.name())
                .timeToLiveSpecification(
                        specification -> specification.attributeName("other").enabled(true)));

        initializer(true).initialize();

        assertThat(timeToLive(ledger)).isEqualTo("ENABLED other");
        assertThat(output).contains(ledger.name(), "'other'", "'expires'");
    }

    private TableInitializer initializer(boolean create) {
        return new TableInitializer(dynamoDb.client(), tables(create), List.of(ledger, checkpoints));
    }

    private OnlyonceProperties.Tables tables(boolean create) {
        return new OnlyonceProperties.Tables(prefix, create);
    }

    private String timeToLive(TableDefinition definition) {
        var timeToLive = client.describeTimeToLive(request -> request.tableName(definition.name()))
                .timeToLiveDescription();
        return timeToLive.timeToLiveStatus() == TimeToLiveStatus.DISABLED
                ? "DISABLED"
                : timeToLive.timeToLiveStatusAsString() + " " + timeToLive.attributeName();
    }

    private static CreateTableRequest table(String name, String key, ScalarAttributeType type) {
        return CreateTableRequest.builder()
                .tableName(name)
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName(key)
                        .attributeType(type)
                        .build())
                .keySchema(KeySchemaElement.builder()
                        .attributeName(key)
                        .keyType(KeyType.HASH)
                        .build())
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .build();
    }

    private static DynamoDbException invalid(String message) {
        return (DynamoDbException) DynamoDbException.builder()
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("ValidationException")
                        .errorMessage(message)
                        .build())
                .statusCode(400)
                .build();
    }
}
