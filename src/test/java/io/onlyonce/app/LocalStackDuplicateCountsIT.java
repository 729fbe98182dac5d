package io.onlyonce.app;

import io.onlyonce.LocalStack;
import java.net.URI;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The service reads a stream of LocalStack, down to the counts. */
class LocalStackDuplicateCountsIT extends DuplicateCountsContract {

    private static LocalStack localStack;

    @BeforeAll
    static void start() {
        localStack = LocalStack.shared();
    }

    @Override
    URI endpoint() {
        return localStack.endpoint();
    }

    @Override
    DynamoDbClient client() {
        return localStack.client();
    }
}
