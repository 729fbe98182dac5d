package io.onlyonce.quarantine;

import static io.onlyonce.quarantine.QuarantinedRecords.CREATED_AT;
import static io.onlyonce.quarantine.QuarantinedRecords.FAILURE;
import static io.onlyonce.quarantine.QuarantinedRecords.quarantined;
import static io.onlyonce.quarantine.QuarantinedRecords.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;

import io.onlyonce.LocalDynamoDb;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

class DynamoDbQuarantineStoreTests extends QuarantineStoreContract {

    private static final DynamoDbClient CLIENT = LocalDynamoDb.shared().client();
    private static final String TABLE = "quarantine-" + UUID.randomUUID();

    @BeforeAll
    static void createTable() {
        CLIENT.createTable(QuarantineTable.createTableRequest(TABLE));
    }

    @AfterAll
    static void deleteTable() {
        CLIENT.deleteTable(request -> request.tableName(TABLE));
    }

    /** Consumers share the table, so one of its own is as good as an empty table. */
    @Override
    QuarantineStore open() {
        return new DynamoDbQuarantineStore(CLIENT, TABLE, "consumer-" + UUID.randomUUID());
    }

    @Override
    void write(TransactWriteItem write) {
        CLIENT.transactWriteItems(request -> request.transactItems(write));
    }

    @Test
    void consumersSeeOnlyTheirOwn() {
        var quarantined = quarantined("orders", "1");
        write(open().put(quarantined));
        QuarantineStore other = open();

        assertThat(other.find(quarantined.id())).isEmpty();
        assertThat(other.list(null, null, 10).records()).isEmpty();
        assertThat(other.delete(quarantined.id())).isFalse();
    }

    @Test
    void listsAcrossPagesOfDynamoDb() {
        QuarantineStore store = open();
        String large = "x".repeat(390_000);
        for (int number = 10; number < 15; number++) {
            var image = Map.of("text", fromS(large));
            write(store.put(quarantined("orders", record(String.valueOf(number), CREATED_AT, image, null), FAILURE)));
        }

        var page = store.list("orders", null, 3);
        assertThat(page.records()).hasSize(3).noneMatch(QuarantineSummary::truncated);
        assertThat(store.list("orders", page.cursor(), 3).records()).hasSize(2);
    }

    @Test
    void itemOfAnotherMakeIsNamedButNotShown() {
        var store = new DynamoDbQuarantineStore(CLIENT, TABLE, "broken");
        var item = new HashMap<>(store.put(quarantined("orders", "1")).put().item());
        item.remove("attempts");
        CLIENT.putItem(request -> request.tableName(TABLE).item(item));

        assertThatIllegalStateException()
                .isThrownBy(() -> store.list(null, null, 1))
                .withMessageContaining("orders~2026")
                .withMessageContaining("'attempts'")
                .withMessageNotContaining("Out of stock");
    }
}
