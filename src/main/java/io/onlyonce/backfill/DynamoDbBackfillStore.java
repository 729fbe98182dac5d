package io.onlyonce.backfill;

import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromBool;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromL;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromM;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromN;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;

import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/**
 * The last backfill of a table as an item in the table of checkpoints:
 *
 * <pre>
 * pk           S  consumer#table#backfill; no checkpoint has such a key
 * sk           S  "run"
 * run          S  identifier
 * state        S  RUNNING, COMPLETED, STOPPED or FAILED
 * owner        S  process that scans; absent if that has let go
 * version      N  grows with every write; what the condition of a write compares
 * segments     L  of M: key (M, where the next page begins; absent at the beginning and at the end), done (BOOL), scanned (N)
 * delivered    N  items that every listener completed
 * duplicates   N  items that were handled before
 * quarantined  N  items that were set aside
 * problem      S  why it has failed; absent unless it has
 * startedAt    S  ISO time
 * endedAt      S  ISO time; absent while it is running
 * at           S  ISO time of the last write, for people only
 * </pre>
 *
 * One item, so that no write can meet a run that has ended or belongs to another process. With 32 segments and the longest keys it has about 115 KB, with usual keys a few.
 */
final class DynamoDbBackfillStore implements BackfillStore {

    private static final String KEY = "key";
    private static final String DONE = "done";
    private static final String SCANNED = "scanned";
    private static final String RUN = "run";
    private static final String STATE = "state";
    private static final String OWNER = "owner";
    private static final String VERSION = "version";
    private static final String SEGMENTS = "segments";
    private static final String DELIVERED = "delivered";
    private static final String DUPLICATES = "duplicates";
    private static final String QUARANTINED = "quarantined";
    private static final String PROBLEM = "problem";
    private static final String STARTED_AT = "startedAt";
    private static final String ENDED_AT = "endedAt";
    private static final String AT = "at";

    private final DynamoDbClient client;
    private final String checkpointTable;
    private final Map<String, AttributeValue> key;
    private final Clock clock;

    DynamoDbBackfillStore(DynamoDbClient client, String checkpointTable, String consumer, String table, Clock clock) {
        this.client = client;
        this.checkpointTable = checkpointTable;
        this.key = Map.of("pk", fromS(consumer + "#" + table + "#backfill"), "sk", fromS("run"));
        this.clock = clock;
    }

    @Override
    public Optional<BackfillRun> find() {
        var answer =
                client.getItem(get -> get.tableName(checkpointTable).key(key).consistentRead(true));
        return answer.hasItem() ? Optional.of(read(answer.item())) : Optional.empty();
    }

    @Override
    public boolean replace(@Nullable BackfillRun seen, BackfillRun next) {
        var put = PutItemRequest.builder()
                .tableName(checkpointTable)
                .item(write(next))
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD);
        if (seen == null) {
            put.conditionExpression("attribute_not_exists(pk)");
        } else {
            put.conditionExpression("#run = :run AND #version = :version")
                    .expressionAttributeNames(Map.of("#run", RUN, "#version", VERSION))
                    .expressionAttributeValues(Map.of(":run", fromS(seen.id()), ":version", number(seen.version())));
        }
        try {
            client.putItem(put.build());
            return true;
        } catch (ConditionalCheckFailedException e) {
            // An answer may have been lost, so that the SDK's retry has met its own write.
            return e.hasItem() && read(e.item()).equals(next);
        }
    }

    private Map<String, AttributeValue> write(BackfillRun run) {
        var item = new LinkedHashMap<>(key);
        item.put(RUN, fromS(run.id()));
        item.put(STATE, fromS(run.state().name()));
        putText(item, OWNER, run.owner());
        item.put(VERSION, number(run.version()));
        item.put(
                SEGMENTS,
                fromL(run.segments().stream().map(DynamoDbBackfillStore::write).toList()));
        item.put(DELIVERED, number(run.tally().delivered()));
        item.put(DUPLICATES, number(run.tally().duplicates()));
        item.put(QUARANTINED, number(run.tally().quarantined()));
        putText(item, PROBLEM, run.problem());
        putText(item, STARTED_AT, run.startedAt());
        putText(item, ENDED_AT, run.endedAt());
        putText(item, AT, clock.instant());
        return item;
    }

    private static AttributeValue write(SegmentProgress progress) {
        var segment = new HashMap<String, AttributeValue>();
        if (progress.lastKey() != null) {
            segment.put(KEY, fromM(progress.lastKey()));
        }
        segment.put(DONE, fromBool(progress.done()));
        segment.put(SCANNED, number(progress.scanned()));
        return fromM(segment);
    }

    private static void putText(Map<String, AttributeValue> item, String name, @Nullable Object value) {
        if (value != null) {
            item.put(name, fromS(value.toString()));
        }
    }

    private static BackfillRun read(Map<String, AttributeValue> item) {
        return new BackfillRun(
                required(item, RUN).s(),
                BackfillState.valueOf(required(item, STATE).s()),
                text(item, OWNER),
                number(item, VERSION),
                required(item, SEGMENTS).l().stream()
                        .map(segment -> segment(segment.m()))
                        .toList(),
                new Tally(number(item, DELIVERED), number(item, DUPLICATES), number(item, QUARANTINED)),
                text(item, PROBLEM),
                Instant.parse(required(item, STARTED_AT).s()),
                item.containsKey(ENDED_AT)
                        ? Instant.parse(required(item, ENDED_AT).s())
                        : null);
    }

    private static SegmentProgress segment(Map<String, AttributeValue> segment) {
        var lastKey = segment.get(KEY);
        return new SegmentProgress(
                lastKey == null ? null : lastKey.m(),
                Boolean.TRUE.equals(required(segment, DONE).bool()),
                number(segment, SCANNED));
    }

    private static AttributeValue number(long value) {
        return fromN(Long.toString(value));
    }

    private static long number(Map<String, AttributeValue> item, String name) {
        return Long.parseLong(required(item, name).n());
    }

    private static @Nullable String text(Map<String, AttributeValue> item, String name) {
        var value = item.get(name);
        return value == null ? null : value.s();
    }

    private static AttributeValue required(Map<String, AttributeValue> item, String name) {
        var value = item.get(name);
        if (value == null) {
            throw new IllegalStateException("A stored backfill has no attribute '%s'".formatted(name));
        }
        return value;
    }
}
