package io.onlyonce.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.assertArg;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.onlyonce.GapDetected;
import io.onlyonce.GapDetected.Reason;
import io.onlyonce.engine.Clocks;
import io.onlyonce.fake.SlowRecordPath;
import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.publication.ConsumerListener.PollResult;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

class AdaptedStreamsClientTests {

    private static final String ARN =
            "arn:aws:dynamodb:ddblocal:000000000000:table/orders/stream/2026-01-01T00:00:00.000";
    private static final String ADAPTED_ARN =
            "arn:aws:dynamodb:eu-central-1:000000000000:table/orders/stream/2026-01-01T00:00:00.000";

    private final DynamoDbStreamsClient streams = mock();
    private final List<GapDetected> gaps = new ArrayList<>();
    private final List<PollResult> polls = new ArrayList<>();
    private final Clocks clocks = new Clocks(Clock.systemUTC(), System::nanoTime);
    private final StreamNames names = new StreamNames(Region.EU_CENTRAL_1);
    private final ConsumedTable table = new ConsumedTable(
            KclFixture.source("orders", new SlowRecordPath(Duration.ZERO)),
            new ConsumerListener() {
                @Override
                public void gapDetected(GapDetected gap) {
                    gaps.add(gap);
                }

                @Override
                public void polled(String table, PollResult result) {
                    polls.add(result);
                }
            },
            false,
            new LeaseWatch(Duration.ofSeconds(30), clocks),
            clocks);
    private final AdaptedStreamsClient client =
            new AdaptedStreamsClient(streams, names, new ConsumedTables(List.of(table)));

    private final GetShardIteratorRequest request = GetShardIteratorRequest.builder()
            .streamArn(names.forAdapter(ARN))
            .shardId("shard-1")
            .shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER)
            .sequenceNumber("000042")
            .build();

    @Test
    void regionUnknownToTheAdapterIsReplacedOnItsSideOnly() {
        when(streams.describeStream(any(DescribeStreamRequest.class))).thenReturn(listing(null));
        when(streams.getShardIterator(any(GetShardIteratorRequest.class)))
                .thenReturn(GetShardIteratorResponse.builder().build());

        var answer = client.describeStream(
                DescribeStreamRequest.builder().streamArn(ADAPTED_ARN).build());
        client.getShardIterator(request);

        assertThat(names.forAdapter(ARN)).isEqualTo(ADAPTED_ARN);
        assertThat(answer.streamDescription().streamArn()).isEqualTo(ADAPTED_ARN);
        verify(streams).describeStream(assertArg((DescribeStreamRequest sent) -> assertThat(sent.streamArn())
                .isEqualTo(ARN)));
        verify(streams).getShardIterator(assertArg((GetShardIteratorRequest sent) -> assertThat(sent.streamArn())
                .isEqualTo(ARN)));
        assertThat(names.arn(names.identifier(ARN))).isEqualTo(ARN);
    }

    @Test
    void arnOfAnAwsRegionStaysAsItIs() {
        var arn = "arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/a_b.c-d/stream/2026-01-01T00:00:00.000";

        assertThat(names.forAdapter(arn)).isEqualTo(arn);
        assertThat(names.arn(names.identifier(arn))).isEqualTo(arn);
        assertThat(StreamNames.table(names.identifier(arn).serialize())).isEqualTo("a_b.c-d");
    }

    @Test
    void trimmedPositionIsReportedOnceAsAGap() {
        when(streams.getShardIterator(any(GetShardIteratorRequest.class)))
                .thenThrow(TrimmedDataAccessException.builder().build());

        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(TrimmedDataAccessException.class)
                    .isThrownBy(() -> client.getShardIterator(request));
        }

        assertThat(gaps).singleElement().satisfies(gap -> {
            assertThat(gap.reason()).isEqualTo(Reason.TRIMMED);
            assertThat(gap.streamArn()).isEqualTo(ARN);
            assertThat(gap.shardId()).isEqualTo(new ShardId("shard-1"));
            assertThat(gap.after()).isEqualTo(new SequenceNumber("000042"));
        });
        assertThat(polls).containsOnly(PollResult.TRIMMED);
    }

    @Test
    void shardThatIsNotListedAnyMoreIsReportedAsAGap() {
        when(streams.getShardIterator(any(GetShardIteratorRequest.class)))
                .thenThrow(ResourceNotFoundException.builder().build());
        when(streams.describeStream(any(DescribeStreamRequest.class)))
                .thenReturn(listing("shard-2", "shard-2"), listing(null, "shard-3"));

        assertThatExceptionOfType(ResourceNotFoundException.class).isThrownBy(() -> client.getShardIterator(request));

        assertThat(gaps).extracting(GapDetected::reason).containsExactly(Reason.SHARD_VANISHED);
        assertThat(table.reads(new ShardKey(names.identifier(ARN).serialize(), new ShardId("shard-1")))
                        .isVanished())
                .isTrue();
    }

    @Test
    void shardThatIsListedIsAskedForAgain() {
        when(streams.getShardIterator(any(GetShardIteratorRequest.class)))
                .thenThrow(ResourceNotFoundException.builder().build());
        when(streams.describeStream(any(DescribeStreamRequest.class)))
                .thenReturn(listing("shard-2", "shard-2"), listing(null, "shard-1"));

        assertThatExceptionOfType(InternalServerErrorException.class)
                .isThrownBy(() -> client.getShardIterator(request));

        assertThat(gaps).isEmpty();
    }

    @Test
    void shardOfAStreamThatIsGoneHasVanished() {
        when(streams.describeStream(any(DescribeStreamRequest.class)))
                .thenThrow(ResourceNotFoundException.builder().build());

        assertThat(client.hasVanished(ARN, new ShardId("shard-1"), "TRIM_HORIZON"))
                .isTrue();

        assertThat(gaps).singleElement().satisfies(gap -> assertThat(gap.after())
                .isNull());
    }

    private static DescribeStreamResponse listing(String next, String... shardIds) {
        var shards = new ArrayList<Shard>();
        for (var shardId : shardIds) {
            shards.add(Shard.builder().shardId(shardId).build());
        }
        return DescribeStreamResponse.builder()
                .streamDescription(
                        description -> description.streamArn(ARN).shards(shards).lastEvaluatedShardId(next))
                .build();
    }
}
