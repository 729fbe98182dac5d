package io.onlyonce.backfill;

import io.onlyonce.publication.ItemKeys;
import io.onlyonce.stream.Sha256;
import io.onlyonce.stream.StreamRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/** Reads the pages of one segment, as records that are named after their items: whenever an item is found, its record has the same event id. */
final class ItemReader {

    private final ScanContext context;
    private final TableDescription table;
    private final int segment;
    private final int segments;

    /**
     * A page.
     *
     * @param records its items
     * @param nextKey where the next page begins; absent at the end of the segment
     */
    record Page(List<StreamRecord> records, @Nullable Map<String, AttributeValue> nextKey) {}

    ItemReader(ScanContext context, TableDescription table, int segment, int segments) {
        this.context = context;
        this.table = table;
        this.segment = segment;
        this.segments = segments;
    }

    /** Reads a page, strongly consistent so that nothing is missing which was written before; {@code ordinal} is the place of its first item in the segment. */
    Page read(@Nullable Map<String, AttributeValue> from, long ordinal) {
        var answer = context.client().scan(scan -> scan.tableName(context.table())
                .consistentRead(true)
                .segment(segment)
                .totalSegments(segments)
                .limit(context.settings().pageSize())
                .exclusiveStartKey(from));
        var foundAt = context.clocks().now();
        var records = new ArrayList<StreamRecord>(answer.items().size());
        for (var item : answer.items()) {
            records.add(record(item, ordinal + records.size(), foundAt));
        }
        return new Page(
                records,
                answer.hasLastEvaluatedKey() && !answer.lastEvaluatedKey().isEmpty()
                        ? answer.lastEvaluatedKey()
                        : null);
    }

    private StreamRecord record(Map<String, AttributeValue> item, long ordinal, Instant foundAt) {
        var keys = new HashMap<String, AttributeValue>();
        for (var element : table.keySchema()) {
            keys.put(element.attributeName(), item.get(element.attributeName()));
        }
        String name = context.table() + ":" + Sha256.hex(ItemKeys.text(keys));
        return StreamRecord.backfilled(table.tableArn(), name, ordinal, foundAt, Map.copyOf(keys), item);
    }
}
