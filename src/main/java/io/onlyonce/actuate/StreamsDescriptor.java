package io.onlyonce.actuate;

import io.onlyonce.GapDetected;
import io.onlyonce.backfill.BackfillStatus;
import io.onlyonce.engine.ConsumerCounts.Counts;
import io.onlyonce.engine.ConsumerStatus.ShardStatus;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * State of a consumer as JSON. Every time span is a decimal number of seconds, every moment an ISO-8601 text; constants are in lower case, with dashes;
 * what is absent is left out. Counts are since the process began.
 *
 * @param consumer name of the consumer
 * @param engine {@code polling} or {@code kcl}
 * @param role {@code active}, {@code standby} or {@code stopped}
 * @param tables consumed tables by name
 */
public record StreamsDescriptor(String consumer, String engine, String role, Map<String, TableDescriptor> tables)
        implements OperationResponseBody {

    /**
     * State of a table.
     *
     * @param table name
     * @param streamArn stream being read; absent until it is known
     * @param status {@code starting}, {@code running}, {@code paused}, {@code stopped} or {@code halted}
     * @param problem what keeps it from running; absent if nothing does
     * @param iteratorLag seconds that the worst shard may be behind
     * @param retentionHeadroomSeconds seconds until DynamoDB may trim the oldest unprocessed record
     * @param processed records that every listener completed
     * @param duplicates dropped duplicates by kind
     * @param quarantined records set aside
     * @param gaps times that records may have been lost
     * @param recentGaps the last of them, oldest first
     * @param backfill the last backfill; absent if this process knows of none
     * @param shards its shards
     */
    public record TableDescriptor(
            String table,
            @Nullable String streamArn,
            String status,
            @Nullable String problem,
            double iteratorLag,
            double retentionHeadroomSeconds,
            long processed,
            Map<String, Long> duplicates,
            long quarantined,
            long gaps,
            List<GapDescriptor> recentGaps,
            @Nullable BackfillDescriptor backfill,
            List<ShardDescriptor> shards)
            implements OperationResponseBody {

        static TableDescriptor of(
                TableStatus status, Counts counts, List<GapDetected> recentGaps, @Nullable BackfillStatus backfill) {
            var duplicates = new LinkedHashMap<String, Long>();
            counts.duplicates().forEach((kind, count) -> duplicates.put(Words.of(kind), count));
            return new TableDescriptor(
                    status.table(),
                    status.streamArn(),
                    Words.of(status.state()),
                    status.problem(),
                    Words.seconds(status.iteratorLag()),
                    Words.seconds(status.retentionHeadroom()),
                    counts.processed(),
                    duplicates,
                    counts.quarantined(),
                    counts.gaps(),
                    recentGaps.stream()
                            .filter(gap -> gap.table().equals(status.table()))
                            .map(GapDescriptor::of)
                            .toList(),
                    backfill == null ? null : BackfillDescriptor.of(backfill),
                    status.shards().stream().map(ShardDescriptor::of).toList());
        }
    }

    /**
     * State of a backfill. Counts are of all processes that were at it; those of items that were in hand when one died are counted once more.
     *
     * @param state {@code running}, {@code paused}, {@code completed}, {@code stopped} or {@code failed}
     * @param problem what it waits for, or why it has failed; absent if nothing
     * @param scanned items that were scanned and have reached their end, by pages
     * @param delivered items that every listener completed
     * @param duplicates items that were handled before, or by the stream meanwhile
     * @param quarantined items that were set aside
     * @param segments parts in which the table is scanned
     * @param segmentsDone those that are scanned to their end
     * @param process process that scans; absent if none does
     * @param startedAt when it began
     * @param endedAt when it ended; absent if it has not
     */
    public record BackfillDescriptor(
            String state,
            @Nullable String problem,
            long scanned,
            long delivered,
            long duplicates,
            long quarantined,
            int segments,
            int segmentsDone,
            @Nullable String process,
            Instant startedAt,
            @Nullable Instant endedAt) {

        static BackfillDescriptor of(BackfillStatus status) {
            return new BackfillDescriptor(
                    Words.of(status.state()),
                    status.problem(),
                    status.scanned(),
                    status.delivered(),
                    status.duplicates(),
                    status.quarantined(),
                    status.segments(),
                    status.segmentsDone(),
                    status.process(),
                    status.startedAt(),
                    status.endedAt());
        }
    }

    /**
     * State of a shard.
     *
     * @param id identifier
     * @param parent parent shard; absent if there is none
     * @param state {@code waiting}, {@code reading}, {@code paused}, {@code blocked} or {@code finished}
     * @param problem what blocks it; absent if nothing does
     * @param checkpoint last processed sequence number, or the start position; absent until it is known
     * @param lag seconds that it may be behind
     * @param lastSuccessfulPoll when it was last read; absent if never
     * @param sinceLastAnswerSeconds seconds since AWS last answered a read that is due; zero if none is due
     * @param listenerRunningSeconds seconds that the listener in hand has been running; zero if none is
     */
    public record ShardDescriptor(
            String id,
            @Nullable String parent,
            String state,
            @Nullable String problem,
            @Nullable String checkpoint,
            double lag,
            @Nullable Instant lastSuccessfulPoll,
            double sinceLastAnswerSeconds,
            double listenerRunningSeconds) {

        static ShardDescriptor of(ShardStatus status) {
            return new ShardDescriptor(
                    status.id(),
                    status.parent(),
                    Words.of(status.state()),
                    status.problem(),
                    status.checkpoint(),
                    Words.seconds(status.lag()),
                    status.lastSuccessfulPoll(),
                    Words.seconds(status.sinceLastAnswer()),
                    Words.seconds(status.runningFor()));
        }
    }

    /**
     * Records that may have been lost.
     *
     * @param table table
     * @param reason {@code trimmed}, {@code shard-vanished} or {@code stream-replaced}
     * @param streamArn stream in which they were
     * @param shard shard in which they were; absent when the whole stream is meant
     * @param after sequence number of the last processed record before the gap; absent if none was processed
     * @param before sequence number of the first readable record after the gap; absent if not known
     * @param detectedAt when it was noticed
     */
    public record GapDescriptor(
            String table,
            String reason,
            String streamArn,
            @Nullable String shard,
            @Nullable String after,
            @Nullable String before,
            Instant detectedAt) {

        static GapDescriptor of(GapDetected gap) {
            return new GapDescriptor(
                    gap.table(),
                    Words.of(gap.reason()),
                    gap.streamArn(),
                    Words.ofNullable(gap.shardId()),
                    Words.ofNullable(gap.after()),
                    Words.ofNullable(gap.before()),
                    gap.detectedAt());
        }
    }
}
