package io.onlyonce.kcl;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;

/**
 * The tables of KCL. KCL would create them itself, one after the other, add the index of the lease table in a second step, and look only every ten seconds whether they are ready; here all are created whole and at once.
 *
 * <pre>
 * leases        leaseKey (S)                               a lease for each shard; index LeaseOwnerToLeaseKeyIndex: leaseOwner (S), leaseKey (S)
 * workers       wid (S)                                    a row for each live process
 * coordinator   key (S)                                    which process assigns leases, and the state of KCL's migrations
 * </pre>
 */
final class LeaseTables {

    private static final Logger log = LoggerFactory.getLogger(LeaseTables.class);

    private static final Pattern NOT_PERMITTED = Pattern.compile("[^A-Za-z0-9_.-]");

    /** Partition key of the table of workers. */
    static final String WORKER_KEY = "wid";

    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    private final DynamoDbClient dynamoDb;
    private final String application;
    private final boolean creatable;

    LeaseTables(DynamoDbClient dynamoDb, KclSettings settings) {
        this.dynamoDb = dynamoDb;
        this.application = settings.tablesPrefix() + "-" + permitted(settings.consumer()) + "-kcl";
        this.creatable = settings.createTables();
    }

    /** A name as a part of a table's name. */
    private static String permitted(String name) {
        String permitted = NOT_PERMITTED.matcher(name).replaceAll("-");
        return permitted.equals(name) ? name : permitted + "-" + Integer.toHexString(name.hashCode());
    }

    /** Name of the application for KCL. */
    String application() {
        return application;
    }

    String leases() {
        return application + "-leases";
    }

    String workers() {
        return application + "-workers";
    }

    String coordinator() {
        return application + "-coordinator";
    }

    /**
     * Makes sure that the tables are there, or may be created.
     *
     * @throws IllegalStateException if tables are missing and are not to be created
     */
    void require() {
        if (creatable) {
            return;
        }
        var missing = requests().stream()
                .map(CreateTableRequest::tableName)
                .filter(table -> status(table) == null)
                .toList();
        if (!missing.isEmpty()) {
            throw new IllegalStateException("Tables " + missing
                    + " are missing. Create them, or have them created by 'onlyonce.tables.create: true'");
        }
    }

    /**
     * Creates what is missing, and returns when all can be used.
     *
     * @throws IllegalStateException if tables are missing and are not to be created
     */
    void create(WorkerContext worker) throws InterruptedException {
        require();
        for (var request : requests()) {
            if (status(request.tableName()) == null) {
                create(request);
            }
        }
        for (var request : requests()) {
            while (status(request.tableName()) != TableStatus.ACTIVE && !worker.isStopping()) {
                worker.awaitStop(LOOK_AGAIN);
            }
        }
    }

    private void create(CreateTableRequest request) {
        try {
            dynamoDb.createTable(request);
            log.info("Created table {}", request.tableName());
        } catch (ResourceInUseException e) {
            log.debug("Another process creates table {}", request.tableName());
        }
    }

    private @Nullable TableStatus status(String table) {
        try {
            return dynamoDb.describeTable(request -> request.tableName(table))
                    .table()
                    .tableStatus();
        } catch (ResourceNotFoundException e) {
            return null;
        }
    }

    private List<CreateTableRequest> requests() {
        var leases = table(leases(), "leaseKey")
                .attributeDefinitions(string("leaseKey"), string("leaseOwner"))
                .globalSecondaryIndexes(GlobalSecondaryIndex.builder()
                        .indexName("LeaseOwnerToLeaseKeyIndex")
                        .keySchema(key("leaseOwner", KeyType.HASH), key("leaseKey", KeyType.RANGE))
                        .projection(projection -> projection.projectionType(ProjectionType.KEYS_ONLY))
                        .build());
        return List.of(
                leases.build(),
                table(workers(), WORKER_KEY)
                        .attributeDefinitions(string(WORKER_KEY))
                        .build(),
                table(coordinator(), "key").attributeDefinitions(string("key")).build());
    }

    private static CreateTableRequest.Builder table(String name, String hashKey) {
        return CreateTableRequest.builder()
                .tableName(name)
                .keySchema(key(hashKey, KeyType.HASH))
                .billingMode(BillingMode.PAY_PER_REQUEST);
    }

    private static KeySchemaElement key(String attribute, KeyType type) {
        return KeySchemaElement.builder().attributeName(attribute).keyType(type).build();
    }

    private static AttributeDefinition string(String attribute) {
        return AttributeDefinition.builder()
                .attributeName(attribute)
                .attributeType(ScalarAttributeType.S)
                .build();
    }
}
