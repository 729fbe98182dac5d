package io.onlyonce.autoconfigure;

import io.onlyonce.checkpoint.DynamoDbCheckpointStore;
import io.onlyonce.engine.TableSource;
import io.onlyonce.ledger.DynamoDbLedger;
import io.onlyonce.publication.DeduplicationKey;
import io.onlyonce.publication.DeliverySettings;
import io.onlyonce.publication.ItemListeners;
import io.onlyonce.publication.RecordPath;
import io.onlyonce.publication.RecordPaths;
import java.time.Clock;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Opens the record paths of the configured tables, once every listener is registered. */
final class TablePaths {

    private final OnlyonceProperties properties;
    private final ConsumerName consumer;
    private final DynamoDbClient client;
    private final RecordPaths paths;
    private final ItemListeners listeners;

    TablePaths(
            OnlyonceProperties properties,
            ConsumerName consumer,
            DynamoDbClient client,
            RecordPaths paths,
            ItemListeners listeners) {
        this.properties = properties;
        this.consumer = consumer;
        this.client = client;
        this.paths = paths;
        this.listeners = listeners;
    }

    /** Tables to consume, after the listeners have been found sound. */
    List<TableSource> sources() {
        listeners.validate(properties.streams().keySet());
        return properties.streams().entrySet().stream()
                .map(entry -> source(entry.getKey(), entry.getValue()))
                .toList();
    }

    private TableSource source(String table, OnlyonceProperties.Stream stream) {
        DeduplicationKey key = DeduplicationKey.parse(stream.key());
        boolean newImageNeeded = listeners.wantItemsOf(table) || key.needsNewImage();
        var checkpoints = new DynamoDbCheckpointStore(
                client, properties.tables().checkpoints(), consumer.value(), table, Clock.systemUTC());
        return new TableSource(
                table, stream.streamArn(), stream.startAt(), newImageNeeded, path(table, key), checkpoints);
    }

    private RecordPath path(String table, DeduplicationKey key) {
        var ledger = new DynamoDbLedger(
                client,
                properties.tables().ledger(),
                consumer.value(),
                table,
                properties.ledger().retention(),
                Clock.systemUTC());
        var delivery = properties.delivery();
        var settings = new DeliverySettings(
                delivery.concurrency(),
                properties.ledger().claimTimeout(),
                DeliverySettings.retryPolicy(
                        delivery.maxAttempts(),
                        delivery.initialBackoff(),
                        delivery.maxBackoff(),
                        delivery.fatalExceptions()),
                DeliverySettings.patience(delivery.patience(), delivery.initialBackoff(), delivery.maxBackoff()));
        return paths.open(table, ledger, key, settings);
    }
}
