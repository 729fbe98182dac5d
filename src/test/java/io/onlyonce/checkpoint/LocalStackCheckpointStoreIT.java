package io.onlyonce.checkpoint;

import io.onlyonce.LocalStack;
import java.time.Clock;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The checkpoint store's contract on LocalStack. */
class LocalStackCheckpointStoreIT extends CheckpointStoreContract {

    private static final String CHECKPOINTS = LocalStack.uniqueName("checkpoints");

    private static DynamoDbClient client;

    private final CheckpointStore store = new DynamoDbCheckpointStore(
            client, CHECKPOINTS, LocalStack.uniqueName("consumer"), "orders", Clock.systemUTC());

    @BeforeAll
    static void createTable() {
        client = LocalStack.shared().client();
        client.createTable(CheckpointTable.createTableRequest(CHECKPOINTS));
        client.waiter().waitUntilTableExists(table -> table.tableName(CHECKPOINTS));
    }

    @Override
    CheckpointStore store() {
        return store;
    }
}
