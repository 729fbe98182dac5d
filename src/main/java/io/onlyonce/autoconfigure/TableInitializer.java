package io.onlyonce.autoconfigure;

import io.onlyonce.autoconfigure.OnlyoncePropertiesException.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.dynamodb.waiters.DynamoDbWaiter;
import software.amazon.awssdk.utils.CompletableFutureUtils;

/** Makes sure that the tables which Onlyonce keeps for itself are there and usable; creates those that are missing if it may. */
final class TableInitializer {

    private static final Logger log = LoggerFactory.getLogger(TableInitializer.class);

    /** The waiter's own is twenty seconds, and a new table is active after a few. */
    private static final Duration LOOK_AGAIN_AFTER = Duration.ofSeconds(1);

    private static final Duration GIVE_UP_AFTER = Duration.ofMinutes(5);

    private final DynamoDbClient client;
    private final OnlyonceProperties.Tables tables;
    private final List<TableDefinition> definitions;

    TableInitializer(DynamoDbClient client, OnlyonceProperties.Tables tables, List<TableDefinition> definitions) {
        this.client = client;
        this.tables = tables;
        this.definitions = List.copyOf(definitions);
    }

    /**
     * Returns when all tables are active. Several processes may do so at once, and repeating it is harmless.
     *
     * @throws OnlyoncePropertiesException if a table is missing and may not be created, or is another's
     * @throws IllegalStateException if there are no credentials to look with, which no waiting mends
     */
    void initialize() {
        requireCredentials();
        var unready = new ArrayList<TableDefinition>();
        var problems = new ArrayList<Problem>();
        for (TableDefinition definition : definitions) {
            try {
                if (!isReady(definition)) {
                    unready.add(definition);
                }
            } catch (OnlyoncePropertiesException e) {
                problems.addAll(e.problems());
            }
        }
        if (!problems.isEmpty()) {
            throw new OnlyoncePropertiesException(problems);
        }
        // All are under way by now, so that their times do not add up.
        unready.forEach(this::await);
        // Without the right to create tables there may be none to look at time to live either. Entries are judged by
        // their time stamp
        // anyway; DynamoDB only sweeps them.
        if (tables.create()) {
            definitions.forEach(this::enableTimeToLive);
        }
    }

    private void requireCredentials() {
        try {
            CompletableFutureUtils.joinLikeSync(
                    client.serviceClientConfiguration().credentialsProvider().resolveIdentity());
        } catch (SdkClientException e) {
            throw new IllegalStateException("There are no AWS credentials", e);
        }
    }

    private boolean isReady(TableDefinition definition) {
        try {
            var table = client.describeTable(request -> request.tableName(definition.name()))
                    .table();
            verify(definition, table);
            return table.tableStatus() == TableStatus.ACTIVE || table.tableStatus() == TableStatus.UPDATING;
        } catch (ResourceNotFoundException e) {
            create(definition);
            return false;
        }
    }

    private void verify(TableDefinition definition, TableDescription table) {
        var actual = TableDefinition.keyOf(table);
        if (!actual.equals(definition.key())) {
            throw new OnlyoncePropertiesException(new Problem(
                    "onlyonce.tables.prefix",
                    tables.prefix(),
                    "leads to table '%s', whose key is %s and should be %s"
                            .formatted(definition.name(), actual, definition.key()),
                    "Choose a prefix that no other application uses."));
        }
    }

    private void create(TableDefinition definition) {
        if (!tables.create()) {
            throw new OnlyoncePropertiesException(new Problem(
                    "onlyonce.tables.create",
                    "false",
                    "forbids to create table '%s', which does not exist".formatted(definition.name()),
                    "Create it with the key %s, or set onlyonce.tables.create=true.".formatted(definition.key())));
        }
        try {
            client.createTable(definition.request());
            log.info("Created table {}", definition.name());
        } catch (ResourceInUseException e) {
            log.info("Another process has just created table {}", definition.name());
        }
    }

    private void await(TableDefinition definition) {
        try (var waiter = DynamoDbWaiter.builder()
                .client(client)
                .overrideConfiguration(configuration -> configuration
                        .maxAttempts(Integer.MAX_VALUE)
                        .backoffStrategyV2(BackoffStrategy.fixedDelayWithoutJitter(LOOK_AGAIN_AFTER))
                        .waitTimeout(GIVE_UP_AFTER))
                .build()) {
            waiter.waitUntilTableExists(request -> request.tableName(definition.name()))
                    .matched()
                    .response()
                    .ifPresent(response -> verify(definition, response.table()));
        }
    }

    private void enableTimeToLive(TableDefinition definition) {
        var attribute = definition.timeToLiveAttribute();
        if (attribute == null) {
            return;
        }
        var timeToLive = describeTimeToLive(definition);
        if (timeToLive.timeToLiveStatus() == TimeToLiveStatus.DISABLED) {
            try {
                client.updateTimeToLive(request -> request.tableName(definition.name())
                        .timeToLiveSpecification(specification ->
                                specification.attributeName(attribute).enabled(true)));
                return;
            } catch (DynamoDbException e) {
                timeToLive = describeTimeToLive(definition);
                if (timeToLive.timeToLiveStatus() == TimeToLiveStatus.DISABLED) {
                    throw e;
                }
                log.debug("Another process has just enabled time to live of table {}", definition.name(), e);
            }
        }
        if (timeToLive.timeToLiveStatus() == TimeToLiveStatus.DISABLING
                || !attribute.equals(timeToLive.attributeName())) {
            log.warn(
                    "Table {} will keep its entries: time to live of attribute '{}' is {}, and should be enabled of attribute '{}'",
                    definition.name(),
                    timeToLive.attributeName(),
                    timeToLive.timeToLiveStatusAsString(),
                    attribute);
        }
    }

    private TimeToLiveDescription describeTimeToLive(TableDefinition definition) {
        return client.describeTimeToLive(request -> request.tableName(definition.name()))
                .timeToLiveDescription();
    }
}
