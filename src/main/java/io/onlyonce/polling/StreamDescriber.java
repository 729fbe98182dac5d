package io.onlyonce.polling;

import io.onlyonce.engine.Clocks;
import io.onlyonce.engine.StreamNotReadableException;
import io.onlyonce.engine.StreamNotReadableException.Reason;
import io.onlyonce.engine.TableSource;
import io.onlyonce.stream.ShardId;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.ShardFilterType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** Asks AWS which stream a table has and which shards a stream has. One call each, not paced. */
final class StreamDescriber {

    /**
     * A part of the shards of a stream.
     *
     * @param shards shards
     * @param next where the next page begins; absent on the last page
     * @param at moment of the answer by the clock of AWS
     */
    record Page(List<ListedShard> shards, @Nullable ShardId next, Instant at) {}

    private final DynamoDbClient tables;
    private final DynamoDbStreamsClient streams;
    private final Clocks clocks;

    StreamDescriber(DynamoDbClient tables, DynamoDbStreamsClient streams, Clocks clocks) {
        this.tables = tables;
        this.streams = streams;
        this.clocks = clocks;
    }

    /**
     * The stream to read for a source.
     *
     * @throws StreamNotReadableException if the table or its stream cannot be consumed
     */
    String streamOf(TableSource source) {
        if (source.streamArn() != null) {
            return source.streamArn();
        }
        try {
            return source.latestStream(tables.describeTable(request -> request.tableName(source.table()))
                    .table());
        } catch (RuntimeException e) {
            if (ReadError.of(e) == ReadError.NOT_FOUND) {
                throw new StreamNotReadableException(source.table(), Reason.TABLE_MISSING, e);
            }
            throw e;
        }
    }

    /** A page of all shards of a stream, beginning after {@code after} or with the first. */
    Page page(TableSource source, String streamArn, @Nullable ShardId after) {
        return page(describe(
                source,
                streamArn,
                DescribeStreamRequest.builder().exclusiveStartShardId(after == null ? null : after.value())));
    }

    /** The children of a shard, as far as the service knows the filter and has recorded them yet. */
    Page children(TableSource source, String streamArn, ShardId parent) {
        return page(describe(source, streamArn, DescribeStreamRequest.builder().shardFilter(filter -> filter.type(
                        ShardFilterType.CHILD_SHARDS)
                .shardId(parent.value()))));
    }

    private DescribeStreamResponse describe(
            TableSource source, String streamArn, DescribeStreamRequest.Builder request) {
        var answer = streams.describeStream(request.streamArn(streamArn).build());
        if (streamArn.equals(source.streamArn())) {
            source.requireNewImage(answer.streamDescription().streamViewType());
        }
        return answer;
    }

    private Page page(DescribeStreamResponse answer) {
        var description = answer.streamDescription();
        var last = description.lastEvaluatedShardId();
        return new Page(
                description.shards().stream().map(ListedShard::of).toList(),
                last == null || last.isEmpty() ? null : new ShardId(last),
                dateOf(answer));
    }

    private Instant dateOf(DescribeStreamResponse answer) {
        var http = answer.sdkHttpResponse();
        var date = http == null ? null : http.firstMatchingHeader("Date").orElse(null);
        if (date != null) {
            try {
                return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
            } catch (DateTimeException e) {
                return clocks.now();
            }
        }
        return clocks.now();
    }
}
