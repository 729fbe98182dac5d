package io.onlyonce.checkpoint;

import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;

import io.onlyonce.stream.ShardId;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/** Checkpoints in a DynamoDB table, see {@link CheckpointTable}. One table serves many consumers and source tables. */
public final class DynamoDbCheckpointStore implements CheckpointStore {

    private final DynamoDbClient client;
    private final String checkpointTable;
    private final AttributeValue partition;
    private final Clock clock;

    /**
     * Opens the checkpoints of a consumer and table.
     *
     * @param client client
     * @param checkpointTable name of the table that holds the checkpoints
     * @param consumer name of the consumer, without {@code #}
     * @param table name of the table whose stream is consumed
     * @param clock clock for the time stamps that people read
     */
    public DynamoDbCheckpointStore(
            DynamoDbClient client, String checkpointTable, String consumer, String table, Clock clock) {
        // Neither may contain the separator, or two consumers could meet in one partition.
        if (consumer.isEmpty() || consumer.contains("#") || table.isEmpty() || table.contains("#")) {
            throw new IllegalArgumentException(
                    "Consumer and table must not be empty or contain '#', but were '%s' and '%s'"
                            .formatted(consumer, table));
        }
        this.client = client;
        this.checkpointTable = checkpointTable;
        this.partition = fromS(consumer + "#" + table);
        this.clock = clock;
    }

    @Override
    public List<Checkpoint> findAll() {
        return client
                .queryPaginator(query -> query.tableName(checkpointTable)
                        .consistentRead(true)
                        .keyConditionExpression("#pk = :pk")
                        .expressionAttributeNames(Map.of("#pk", CheckpointItems.PK))
                        .expressionAttributeValues(Map.of(":pk", partition)))
                .items()
                .stream()
                .map(CheckpointItems::read)
                .toList();
    }

    @Override
    public boolean advance(Checkpoint checkpoint) {
        var sets = new ArrayList<String>();
        var removes = new ArrayList<String>();
        var names = new HashMap<String, String>();
        var values = new HashMap<String, AttributeValue>();
        CheckpointItems.write(checkpoint, clock.instant()).forEach((name, value) -> {
            names.put("#" + name, name);
            if (value == null) {
                removes.add("#" + name);
            } else {
                sets.add("#" + name + " = :" + name);
                values.put(":" + name, value);
            }
        });
        String expression = "SET " + String.join(", ", sets) + " REMOVE " + String.join(", ", removes);
        try {
            client.updateItem(update -> update.tableName(checkpointTable)
                    .key(key(checkpoint.streamArn(), checkpoint.shardId()))
                    .updateExpression(expression)
                    .conditionExpression("attribute_not_exists(#position) OR #position < :position")
                    .expressionAttributeNames(names)
                    .expressionAttributeValues(values));
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        }
    }

    @Override
    public void delete(String streamArn, ShardId shardId) {
        client.deleteItem(delete -> delete.tableName(checkpointTable).key(key(streamArn, shardId)));
    }

    private Map<String, AttributeValue> key(String streamArn, ShardId shardId) {
        return Map.of(
                CheckpointItems.PK, partition, CheckpointItems.SK, fromS(CheckpointItems.sortKey(streamArn, shardId)));
    }
}
