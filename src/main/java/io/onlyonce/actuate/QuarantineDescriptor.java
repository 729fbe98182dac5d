package io.onlyonce.actuate;

import io.onlyonce.quarantine.QuarantineStore.Page;
import io.onlyonce.quarantine.QuarantineSummary;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Page of the quarantine.
 *
 * @param records records of the page, with the primary keys of their items in {@linkplain DynamoDbJson DynamoDB's own JSON}, and without what else these hold
 * @param cursor where the next page begins; absent on the last one
 */
record QuarantineDescriptor(List<SummaryDescriptor> records, @Nullable String cursor) implements OperationResponseBody {

    static QuarantineDescriptor of(Page page) {
        return new QuarantineDescriptor(
                page.records().stream().map(SummaryDescriptor::of).toList(), page.cursor());
    }

    record SummaryDescriptor(
            String id,
            String table,
            String eventId,
            String shardId,
            String sequenceNumber,
            Map<String, Object> keys,
            String deduplicationKey,
            SortedSet<String> failedListeners,
            String exception,
            String message,
            int attempts,
            Instant quarantinedAt,
            Instant lastAttemptAt,
            boolean truncated) {

        static SummaryDescriptor of(QuarantineSummary summary) {
            return new SummaryDescriptor(
                    summary.id(),
                    summary.table(),
                    summary.eventId(),
                    summary.shardId().value(),
                    summary.sequenceNumber().digits(),
                    DynamoDbJson.of(summary.keys()),
                    summary.deduplicationKey(),
                    new TreeSet<>(summary.failedListeners()),
                    summary.exceptionClass(),
                    summary.message(),
                    summary.attempts(),
                    summary.firstQuarantinedAt(),
                    summary.lastAttemptAt(),
                    summary.truncated());
        }
    }
}
