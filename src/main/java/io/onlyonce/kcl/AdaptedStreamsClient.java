package io.onlyonce.kcl;

import io.onlyonce.GapDetected.Reason;
import io.onlyonce.publication.ConsumerListener.PollResult;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * Client of DynamoDB Streams for the adapter. It speaks ARNs that the adapter accepts, and it notices what the adapter only logs: that it jumps over trimmed records, and that it takes a shard that is gone for one that
 * was read to its end. It lets the adapter do so only after it has made sure that the shard is gone.
 */
final class AdaptedStreamsClient implements DynamoDbStreamsClient {

    private static final Logger log = LoggerFactory.getLogger(AdaptedStreamsClient.class);

    private final DynamoDbStreamsClient streams;
    private final StreamNames names;
    private final ConsumedTables tables;

    AdaptedStreamsClient(DynamoDbStreamsClient streams, StreamNames names, ConsumedTables tables) {
        this.streams = streams;
        this.names = names;
        this.tables = tables;
    }

    @Override
    public String serviceName() {
        return streams.serviceName();
    }

    /** Does nothing: the client belongs to the application. */
    @Override
    public void close() {}

    @Override
    public DescribeStreamResponse describeStream(DescribeStreamRequest request) {
        var answer = streams.describeStream(
                request.toBuilder().streamArn(names.forAws(request.streamArn())).build());
        var description = answer.streamDescription();
        return answer.toBuilder()
                .streamDescription(description.toBuilder()
                        .streamArn(names.forAdapter(description.streamArn()))
                        .build())
                .build();
    }

    @Override
    public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
        String arn = names.forAws(request.streamArn());
        try {
            return streams.getShardIterator(request.toBuilder().streamArn(arn).build());
        } catch (TrimmedDataAccessException e) {
            if (request.shardIteratorType() != ShardIteratorType.TRIM_HORIZON) {
                gap(Reason.TRIMMED, arn, request);
            }
            throw e;
        } catch (ResourceNotFoundException e) {
            if (isListed(arn, request.shardId())) {
                throw InternalServerErrorException.builder()
                        .message("Shard " + request.shardId() + " is listed and was not found")
                        .cause(e)
                        .build();
            }
            gap(Reason.SHARD_VANISHED, arn, request);
            throw e;
        }
    }

    private void gap(Reason reason, String arn, GetShardIteratorRequest request) {
        var after = request.sequenceNumber();
        vanishedOrTrimmed(reason, arn, new ShardId(request.shardId()), after);
    }

    @Override
    public GetRecordsResponse getRecords(GetRecordsRequest request) {
        return streams.getRecords(request);
    }

    /** A reader was told that its shard does not exist. Answers whether that is so; then it is reported as a gap. */
    boolean hasVanished(String arn, ShardId shardId, @Nullable String after) {
        if (isListed(arn, shardId.value())) {
            return false;
        }
        vanishedOrTrimmed(Reason.SHARD_VANISHED, arn, shardId, after);
        return true;
    }

    private void vanishedOrTrimmed(Reason reason, String arn, ShardId shardId, @Nullable String after) {
        var stream = names.identifier(arn);
        var table = tables.of(stream);
        if (table == null) {
            log.warn("Shard {} of {} could not be read on: {}", shardId, arn, reason);
            return;
        }
        if (reason == Reason.SHARD_VANISHED) {
            table.reads(ShardKey.of(stream, shardId.value())).vanished();
        } else {
            table.polled(PollResult.TRIMMED);
        }
        table.gap(reason, arn, shardId, sequenceNumber(after));
    }

    /** Whether the stream still lists a shard; the adapter itself would take one negative answer for the end of the shard. */
    private boolean isListed(String arn, String shardId) {
        try {
            String next = null;
            do {
                var page = streams.describeStream(DescribeStreamRequest.builder()
                                .streamArn(arn)
                                .exclusiveStartShardId(next)
                                .build())
                        .streamDescription();
                if (page.shards().stream().anyMatch(shard -> shard.shardId().equals(shardId))) {
                    return true;
                }
                next = page.lastEvaluatedShardId();
            } while (next != null && !next.isEmpty());
            return false;
        } catch (ResourceNotFoundException e) {
            return false;
        }
    }

    /** Sequence number of a checkpoint; absent for a start position. */
    static @Nullable SequenceNumber sequenceNumber(@Nullable String checkpoint) {
        return checkpoint == null || checkpoint.isEmpty() || !Character.isDigit(checkpoint.charAt(0))
                ? null
                : new SequenceNumber(checkpoint);
    }
}
