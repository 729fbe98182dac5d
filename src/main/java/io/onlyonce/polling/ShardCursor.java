package io.onlyonce.polling;

import io.onlyonce.stream.Position;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import io.onlyonce.stream.StreamRecord;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** The place in a shard where reading goes on. A page counts as read only when it is {@linkplain #accept accepted}; until then, and after every error, the same page is read again. */
final class ShardCursor {

    /**
     * What one read brought.
     *
     * @param records records not read before
     * @param repeated records that an earlier page had
     * @param empty whether the read itself had no records
     * @param last last record of the read, absent if it was empty
     * @param nextIterator iterator for what follows; absent at the end of the shard
     * @param bytes about what its records take of the heap
     */
    record Page(
            List<StreamRecord> records,
            List<StreamRecord> repeated,
            boolean empty,
            @Nullable SequenceNumber last,
            @Nullable String nextIterator,
            long bytes) {}

    private final DynamoDbStreamsClient streams;
    private final String streamArn;
    private final ShardId shardId;
    private Position from;
    private @Nullable SequenceNumber lastRead;
    private @Nullable String iterator;
    private volatile boolean exhausted;
    private boolean fromTrimHorizon;
    private boolean toldByTime;

    ShardCursor(DynamoDbStreamsClient streams, String streamArn, ShardId shardId, Position from) {
        this.streams = streams;
        this.streamArn = streamArn;
        this.shardId = shardId;
        this.from = from;
        this.toldByTime = from instanceof Position.Latest;
    }

    /** Fixes the place of a shard that is to be read from now on. Only right after its start was stored: later than that, its records are told by their creation time. */
    void beginNow() {
        iterator = iterator(request -> request.shardIteratorType(ShardIteratorType.LATEST));
        toldByTime = false;
    }

    Page read(int limit) {
        var current = iterator == null ? iterator(this::place) : iterator;
        iterator = current;
        var answer =
                streams.getRecords(request -> request.shardIterator(current).limit(limit));
        var records = answer.records().stream()
                .map(sdkRecord -> StreamRecord.of(streamArn, sdkRecord))
                .toList();
        return new Page(
                records.stream().filter(this::isNew).toList(),
                records.stream().filter(this::wasRead).toList(),
                records.isEmpty(),
                records.isEmpty() ? null : records.get(records.size() - 1).sequenceNumber(),
                answer.nextShardIterator(),
                PageMemory.of(answer.records()));
    }

    void accept(Page page) {
        if (page.last() != null && (lastRead == null || page.last().isAfter(lastRead))) {
            lastRead = page.last();
            fromTrimHorizon = false;
        }
        iterator = page.nextIterator();
        exhausted = iterator == null;
    }

    /** Asks for another iterator, at the same place. */
    void renew() {
        iterator = null;
    }

    /** What follows the place has been trimmed: goes on with the oldest record that is left. */
    void skipTrimmed() {
        iterator = null;
        fromTrimHorizon = true;
    }

    /** Nothing can be read any more. */
    void end() {
        iterator = null;
        exhausted = true;
    }

    /** Goes back to a stored position. */
    void restart(Position position) {
        from = position;
        lastRead = null;
        iterator = null;
        exhausted = false;
        fromTrimHorizon = false;
        toldByTime = position instanceof Position.Latest;
    }

    boolean exhausted() {
        return exhausted;
    }

    /** Last record that was read, here or before the start; absent if none was. */
    @Nullable SequenceNumber last() {
        if (lastRead != null) {
            return lastRead;
        }
        return from instanceof Position.After after ? after.sequenceNumber() : null;
    }

    private boolean isNew(StreamRecord record) {
        var last = last();
        if (last != null && !record.sequenceNumber().isAfter(last)) {
            return false;
        }
        return !(toldByTime
                && from instanceof Position.Latest latest
                && record.createdAt().isBefore(latest.since()));
    }

    private boolean wasRead(StreamRecord record) {
        return lastRead != null && !record.sequenceNumber().isAfter(lastRead);
    }

    private void place(GetShardIteratorRequest.Builder request) {
        var last = last();
        if (last == null || fromTrimHorizon) {
            toldByTime = from instanceof Position.Latest;
            request.shardIteratorType(ShardIteratorType.TRIM_HORIZON);
        } else {
            request.shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER).sequenceNumber(last.digits());
        }
    }

    private String iterator(Consumer<GetShardIteratorRequest.Builder> place) {
        return streams.getShardIterator(request -> {
                    request.streamArn(streamArn).shardId(shardId.value());
                    place.accept(request);
                })
                .shardIterator();
    }
}
