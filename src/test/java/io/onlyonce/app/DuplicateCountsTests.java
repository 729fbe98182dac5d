package io.onlyonce.app;

import io.onlyonce.LocalDynamoDb;
import java.net.URI;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

class DuplicateCountsTests extends DuplicateCountsContract {

    private final LocalDynamoDb local = LocalDynamoDb.shared();

    @Override
    URI endpoint() {
        return local.endpoint();
    }

    @Override
    DynamoDbClient client() {
        return local.client();
    }
}
