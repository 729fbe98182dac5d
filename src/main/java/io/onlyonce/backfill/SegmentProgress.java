package io.onlyonce.backfill;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * How far a segment of the table was scanned, by pages of which every item has reached its end.
 *
 * @param lastKey where the next page begins; absent at the beginning and at the end
 * @param done whether the segment was scanned to its end
 * @param scanned items of these pages
 */
record SegmentProgress(@Nullable Map<String, AttributeValue> lastKey, boolean done, long scanned) {

    static final SegmentProgress START = new SegmentProgress(null, false, 0);

    /** After one more page, which ended at a key or, if that is absent, at the end of the segment. */
    SegmentProgress after(@Nullable Map<String, AttributeValue> key, int items) {
        return new SegmentProgress(key, key == null, scanned + items);
    }
}
