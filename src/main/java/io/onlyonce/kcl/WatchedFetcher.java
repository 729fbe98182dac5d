package io.onlyonce.kcl;

import com.amazonaws.services.dynamodbv2.streamsadapter.AmazonDynamoDBStreamsAdapterClient;
import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsDataFetcher;
import io.onlyonce.engine.IdleDelay;
import io.onlyonce.publication.ConsumerListener.PollResult;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.kinesis.retrieval.DataFetcherProviderConfig;
import software.amazon.kinesis.retrieval.GetRecordsResponseAdapter;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/** Reads a shard as the adapter does, at a pace of its own, and tells how each read ended. */
final class WatchedFetcher extends DynamoDBStreamsDataFetcher {

    private final ConsumedTable table;
    private final ShardKey key;
    private final String arn;
    private final AdaptedStreamsClient streams;
    private final IdleDelay pace;

    WatchedFetcher(
            AmazonDynamoDBStreamsAdapterClient adapter,
            DataFetcherProviderConfig config,
            ConsumedTable table,
            String arn,
            AdaptedStreamsClient streams,
            IdleDelay pace) {
        super(adapter, config);
        this.table = table;
        this.key = ShardKey.of(config.getStreamIdentifier(), config.getShardId());
        this.arn = arn;
        this.streams = streams;
        this.pace = pace;
    }

    @Override
    public GetRecordsResponseAdapter getGetRecordsResponse(GetRecordsRequest request)
            throws ExecutionException, InterruptedException, TimeoutException {
        Thread.sleep(pace.delay().toMillis());
        try {
            var page = new Page(super.getGetRecordsResponse(request));
            table.answered(key, true);
            if (page.records().isEmpty()) {
                pace.foundNone();
                table.polled(PollResult.EMPTY);
            } else {
                pace.foundRecords();
                table.polled(PollResult.RECORDS);
            }
            return page;
        } catch (ExecutionException e) {
            pace.foundNone();
            table.answered(key, false);
            table.polled(resultOf(e.getCause()));
            if (e.getCause() instanceof ResourceNotFoundException
                    && !streams.hasVanished(arn, key.shardId(), getLastKnownSequenceNumber())) {
                // Makes KCL ask for another iterator at the same place.
                throw new ExecutionException(ExpiredIteratorException.builder()
                        .message("Shard " + key.shardId() + " is listed and was not found")
                        .cause(e.getCause())
                        .build());
            }
            throw e;
        }
    }

    private static PollResult resultOf(@Nullable Throwable error) {
        if (error instanceof ExpiredIteratorException) {
            return PollResult.EXPIRED;
        }
        return error instanceof LimitExceededException || error instanceof ProvisionedThroughputExceededException
                ? PollResult.THROTTLED
                : PollResult.FAILED;
    }

    /** A page whose records are converted once; the adapter's own converts all of them, to JSON as well, each time it is asked. */
    private static final class Page implements GetRecordsResponseAdapter {

        private final GetRecordsResponseAdapter page;
        private final List<KinesisClientRecord> records;

        Page(GetRecordsResponseAdapter page) {
            this.page = page;
            this.records = page.records();
        }

        @Override
        public List<KinesisClientRecord> records() {
            return records;
        }

        @Override
        public Long millisBehindLatest() {
            return page.millisBehindLatest();
        }

        @Override
        public List<ChildShard> childShards() {
            return page.childShards();
        }

        @Override
        public String nextShardIterator() {
            return page.nextShardIterator();
        }

        @Override
        public String requestId() {
            return page.requestId();
        }
    }
}
