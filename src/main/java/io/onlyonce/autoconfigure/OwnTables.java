package io.onlyonce.autoconfigure;

import io.onlyonce.autoconfigure.OnlyoncePropertiesException.Problem;
import io.onlyonce.checkpoint.CheckpointTable;
import io.onlyonce.ledger.LedgerTable;
import io.onlyonce.quarantine.QuarantineTable;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;

/** Tables that Onlyonce keeps for itself: looks for them, and creates those that are missing if it may. */
final class OwnTables {

    private static final Logger log = LoggerFactory.getLogger(OwnTables.class);

    private final DynamoDbClient client;
    private final OnlyonceProperties.Tables tables;

    OwnTables(DynamoDbClient client, OnlyonceProperties.Tables tables) {
        this.client = client;
        this.tables = tables;
    }

    /** Makes sure that all are there and usable; repeating it is harmless. */
    void initialize() {
        initialize(LedgerTable.createTableRequest(tables.ledger()), LedgerTable.TIME_TO_LIVE_ATTRIBUTE);
        initialize(CheckpointTable.createTableRequest(tables.checkpoints()), null);
        initialize(QuarantineTable.createTableRequest(tables.quarantine()), null);
    }

    private void initialize(CreateTableRequest definition, @Nullable String timeToLive) {
        String name = definition.tableName();
        TableDescription existing = describe(name);
        if (existing == null) {
            if (!tables.create()) {
                throw new OnlyoncePropertiesException(new Problem(
                        "onlyonce.tables.create",
                        "false",
                        "forbids to create table " + name + ", which does not exist",
                        "Create it with the key " + keys(definition.keySchema())
                                + ", or set onlyonce.tables.create=true."));
            }
            create(definition);
        } else if (!keys(existing.keySchema()).equals(keys(definition.keySchema()))) {
            throw new OnlyoncePropertiesException(new Problem(
                    "onlyonce.tables.prefix",
                    tables.prefix(),
                    "leads to table " + name + ", which has the key " + keys(existing.keySchema()) + " and not "
                            + keys(definition.keySchema()),
                    "Choose another prefix."));
        }
        if (timeToLive != null && tables.create()) {
            enableTimeToLive(name, timeToLive);
        }
    }

    private @Nullable TableDescription describe(String name) {
        try {
            return client.describeTable(request -> request.tableName(name)).table();
        } catch (ResourceNotFoundException e) {
            return null;
        }
    }

    private void create(CreateTableRequest definition) {
        try {
            client.createTable(definition);
            log.info("Created table {}", definition.tableName());
        } catch (ResourceInUseException e) {
            log.debug("Another process creates table {}", definition.tableName());
        }
        try (var waiter = client.waiter()) {
            waiter.waitUntilTableExists(request -> request.tableName(definition.tableName()));
        }
    }

    private void enableTimeToLive(String name, String attribute) {
        var status = client.describeTimeToLive(request -> request.tableName(name))
                .timeToLiveDescription()
                .timeToLiveStatus();
        if (status == TimeToLiveStatus.DISABLED) {
            client.updateTimeToLive(request -> request.tableName(name)
                    .timeToLiveSpecification(specification ->
                            specification.attributeName(attribute).enabled(true)));
        }
    }

    private static List<String> keys(List<KeySchemaElement> schema) {
        return schema.stream()
                .map(element -> element.attributeName() + " (" + element.keyTypeAsString() + ")")
                .toList();
    }
}
