package io.onlyonce.quarantine;

import io.onlyonce.LocalStack;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** The quarantine's contract on LocalStack. */
class LocalStackQuarantineStoreIT extends QuarantineStoreContract {

    private static final String QUARANTINE = LocalStack.uniqueName("quarantine");

    private static DynamoDbClient client;

    @BeforeAll
    static void createTable() {
        client = LocalStack.shared().client();
        client.createTable(QuarantineTable.createTableRequest(QUARANTINE));
        client.waiter().waitUntilTableExists(table -> table.tableName(QUARANTINE));
    }

    /** Consumers share the table, so one of its own is as good as an empty table. */
    @Override
    QuarantineStore open() {
        return new DynamoDbQuarantineStore(client, QUARANTINE, LocalStack.uniqueName("consumer"));
    }

    @Override
    void write(TransactWriteItem write) {
        client.transactWriteItems(request -> request.transactItems(write));
    }
}
