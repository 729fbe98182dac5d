package io.onlyonce.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.onlyonce.GapDetected;
import io.onlyonce.GapDetected.Reason;
import io.onlyonce.SettableClock;
import io.onlyonce.checkpoint.Checkpoint;
import io.onlyonce.checkpoint.InMemoryCheckpointStore;
import io.onlyonce.engine.Clocks;
import io.onlyonce.engine.StartAt;
import io.onlyonce.fake.SlowRecordPath;
import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.StreamStatus;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.leases.LeaseRefresher;
import software.amazon.kinesis.leases.MultiStreamLease;
import software.amazon.kinesis.leases.ShardDetector;
import software.amazon.kinesis.leases.exceptions.DependencyException;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** Leases on DynamoDB Local, shards as the test lists them. */
class LeaseSeederTests {

    private static final String STREAM = "arn:aws:dynamodb:eu-central-1:123456789012:table/orders/stream/";
    private static final String ARN = STREAM + "2026-01-02T00:00:00.000";
    private static final String FORMER_ARN = STREAM + "2026-01-01T00:00:00.000";

    // Shards that are a day old, so that the adapter cleans up after them.
    private static final String FIRST = "shardId-00000001767225600000-00000001";
    private static final String SECOND = "shardId-00000001767225600000-00000002";
    private static final String THIRD = "shardId-00000001767225600000-00000003";
    private static final String FOURTH = "shardId-00000001767225600000-00000004";

    private final KclFixture fixture = new KclFixture();
    private final DynamoDbStreamsClient streams = mock();
    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-01T20:00:00Z"));
    private final Clocks clocks = new Clocks(clock, System::nanoTime);
    private final List<GapDetected> gaps = new ArrayList<>();
    private final InMemoryCheckpointStore checkpoints = new InMemoryCheckpointStore();
    private final StreamNames names = new StreamNames(Region.EU_CENTRAL_1);

    @BeforeEach
    void createTables() throws InterruptedException {
        new LeaseTables(fixture.dynamoDb(), fixture.settings()).create(new WorkerContext("worker", clocks));
    }

    @Test
    void readsAllShardsFromTheirBeginning() throws Exception {
        list(closed(FIRST, null), open(SECOND, FIRST));

        seed(StartAt.TRIM_HORIZON, ARN);

        assertThat(leases(ARN)).containsOnly(Map.entry(FIRST, "TRIM_HORIZON"), Map.entry(SECOND, "TRIM_HORIZON"));
        assertThat(gaps).isEmpty();
    }

    @Test
    void repeatedSeedingChangesNothing() throws Exception {
        list(closed(FIRST, null), open(SECOND, FIRST));
        seed(StartAt.TRIM_HORIZON, ARN);
        checkpoint(ARN, SECOND, "42");

        seed(StartAt.TRIM_HORIZON, ARN);

        assertThat(leases(ARN)).containsOnly(Map.entry(FIRST, "TRIM_HORIZON"), Map.entry(SECOND, "42"));
    }

    @Test
    void goesOnWhereAnotherEngineStopped() throws Exception {
        list(closed(FIRST, null), closed(SECOND, FIRST), open(THIRD, SECOND));
        checkpoints.advance(row(FIRST, new Position.ShardEnd()));
        checkpoints.advance(row(SECOND, new Position.After(new SequenceNumber("0042"), Instant.now())));

        seed(StartAt.LATEST, ARN);

        assertThat(leases(ARN))
                .containsOnly(
                        Map.entry(FIRST, "SHARD_END"), Map.entry(SECOND, "0042"), Map.entry(THIRD, "TRIM_HORIZON"));
    }

    @Test
    void firstStartAtLatestPassesOverWhatIsThere() throws Exception {
        list(closed(FIRST, null), open(SECOND, FIRST));

        var table = seed(StartAt.LATEST, ARN);

        assertThat(leases(ARN)).containsOnly(Map.entry(FIRST, "SHARD_END"), Map.entry(SECOND, "TRIM_HORIZON"));
        assertThat(checkpoints.findAll())
                .containsExactlyInAnyOrder(
                        row(FIRST, new Position.ShardEnd()),
                        new Checkpoint(
                                ARN,
                                new ShardId(SECOND),
                                new ShardId(FIRST),
                                new Position.Latest(Instant.parse("2026-01-02T12:00:00Z"))));
        assertThat(table.open(
                                new ShardKey(names.identifier(ARN).serialize(), new ShardId(SECOND)),
                                "TRIM_HORIZON",
                                new WorkerContext("worker", clocks))
                        .since())
                .isEqualTo(Instant.parse("2026-01-02T12:00:00Z"));
    }

    @Test
    void laterStartAtLatestGoesOn() throws Exception {
        list(closed(FIRST, null), open(SECOND, FIRST));
        seed(StartAt.LATEST, ARN);
        list(closed(FIRST, null), closed(SECOND, FIRST), open(THIRD, SECOND));

        seed(StartAt.LATEST, ARN);

        assertThat(leases(ARN)).contains(Map.entry(SECOND, "TRIM_HORIZON"), Map.entry(THIRD, "TRIM_HORIZON"));
    }

    @Test
    void anotherStreamOfTheTableIsReadFromItsBeginningAndReportedAsAGap() throws Exception {
        list(open(FIRST, null));
        seed(StartAt.TRIM_HORIZON, FORMER_ARN);
        checkpoint(FORMER_ARN, FIRST, "42");
        list(open(SECOND, null));

        seed(StartAt.LATEST, ARN);
        seed(StartAt.LATEST, ARN);

        assertThat(leases(ARN)).containsOnly(Map.entry(SECOND, "TRIM_HORIZON"));
        assertThat(leases(FORMER_ARN)).containsOnly(Map.entry(FIRST, "42"));
        assertThat(gaps).singleElement().satisfies(gap -> {
            assertThat(gap.reason()).isEqualTo(Reason.STREAM_REPLACED);
            assertThat(gap.streamArn()).isEqualTo(FORMER_ARN);
        });
    }

    @Test
    void finishedLeasesOfAFormerStreamAreForgotten() throws Exception {
        list(open(FIRST, null));
        seed(StartAt.TRIM_HORIZON, FORMER_ARN);
        checkpoint(FORMER_ARN, FIRST, "SHARD_END");
        list(open(SECOND, null));

        seed(StartAt.TRIM_HORIZON, ARN);

        assertThat(leases(FORMER_ARN)).isEmpty();
    }

    @Test
    void unfinishedShardThatIsGoneIsReportedAsAGap() throws Exception {
        list(closed(FIRST, null), open(SECOND, FIRST));
        seed(StartAt.TRIM_HORIZON, ARN);
        checkpoint(ARN, FIRST, "SHARD_END");
        checkpoint(ARN, SECOND, "42");
        list(open(FOURTH, THIRD));

        seed(StartAt.TRIM_HORIZON, ARN);

        assertThat(leases(ARN)).containsOnly(Map.entry(FOURTH, "TRIM_HORIZON"));
        assertThat(gaps)
                .extracting(GapDetected::reason, GapDetected::shardId, GapDetected::after)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(
                                Reason.SHARD_VANISHED, new ShardId(SECOND), new SequenceNumber("42")),
                        org.assertj.core.groups.Tuple.tuple(Reason.SHARD_VANISHED, new ShardId(THIRD), null));
    }

    @Test
    void unfinishedShardThatIsGoneIsReportedBeforeItsLeaseIsDeleted() throws Exception {
        var stream = names.identifier(ARN);
        var lease = new MultiStreamLease();
        lease.leaseKey(ShardKey.of(stream, FIRST).leaseKey());
        lease.streamIdentifier(stream.serialize());
        lease.shardId(FIRST);
        lease.checkpoint(new ExtendedSequenceNumber("42", 0L));
        LeaseRefresher leases = mock();
        when(leases.listLeasesForStream(stream)).thenReturn(List.of(lease));
        doThrow(new DependencyException("no answer", new IllegalStateException()))
                .when(leases)
                .deleteLease(lease);
        ShardDetector shards = mock();
        when(shards.streamIdentifier()).thenReturn(stream);
        when(shards.listShards()).thenReturn(List.of());
        var syncer =
                new SoundShardSyncer(stream, null, new ConsumedTables(List.of(table(StartAt.TRIM_HORIZON))), names);

        assertThatExceptionOfType(DependencyException.class)
                .isThrownBy(() -> syncer.checkAndCreateLeaseForNewShards(
                        shards,
                        leases,
                        InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON),
                        new NullMetricsFactory().createMetrics(),
                        false,
                        false));

        assertThat(gaps).singleElement().satisfies(gap -> {
            assertThat(gap.reason()).isEqualTo(Reason.SHARD_VANISHED);
            assertThat(gap.shardId()).isEqualTo(new ShardId(FIRST));
            assertThat(gap.after()).isEqualTo(new SequenceNumber("42"));
        });
    }

    @Test
    void finishedShardThatIsGoneIsNoGap() throws Exception {
        list(closed(FIRST, null), open(SECOND, FIRST));
        seed(StartAt.TRIM_HORIZON, ARN);
        checkpoint(ARN, FIRST, "SHARD_END");
        checkpoint(ARN, SECOND, "42");
        list(closed(SECOND, FIRST), open(THIRD, SECOND));

        seed(StartAt.TRIM_HORIZON, ARN);

        assertThat(leases(ARN)).containsOnly(Map.entry(SECOND, "42"), Map.entry(THIRD, "TRIM_HORIZON"));
        assertThat(gaps).isEmpty();
    }

    @Test
    void shardThatWaitedToBeginUntilItsFirstRecordsMayBeTrimmedIsReportedAsAGap() throws Exception {
        list(closed(FIRST, null), open(SECOND, FIRST));
        seed(StartAt.TRIM_HORIZON, ARN);
        checkpoint(ARN, FIRST, "SHARD_END");
        clock.advance(Duration.ofHours(3));
        seed(StartAt.TRIM_HORIZON, ARN);
        assertThat(gaps).isEmpty();
        clock.advance(Duration.ofHours(2));
        list(open(SECOND, FIRST));

        seed(StartAt.TRIM_HORIZON, ARN);

        assertThat(gaps).singleElement().satisfies(gap -> {
            assertThat(gap.reason()).isEqualTo(Reason.TRIMMED);
            assertThat(gap.streamArn()).isEqualTo(ARN);
            assertThat(gap.shardId()).isEqualTo(new ShardId(SECOND));
            assertThat(gap.after()).isNull();
        });
    }

    @Test
    void firstStartWithOldShardsIsNoGap() throws Exception {
        clock.advance(Duration.ofHours(5));
        list(closed(FIRST, null), open(SECOND, FIRST));

        seed(StartAt.TRIM_HORIZON, ARN);
        seed(StartAt.TRIM_HORIZON, ARN);

        assertThat(gaps).isEmpty();
    }

    @Test
    void childAtTheEndOfAShardGetsTheLeaseOfItsStream() throws Exception {
        var stream = names.identifier(ARN);
        var syncer = new SoundShardSyncer(stream, null, new ConsumedTables(List.of()), names);

        var lease = syncer.createLeaseForChildShard(
                ChildShard.builder()
                        .shardId(SECOND)
                        .parentShards(FIRST)
                        .hashKeyRange(range -> range.startingHashKey("0").endingHashKey("1"))
                        .build(),
                stream);

        assertThat(lease).isInstanceOf(MultiStreamLease.class);
        assertThat(lease.leaseKey()).isEqualTo(ShardKey.of(stream, SECOND).leaseKey());
    }

    private ConsumedTable table(StartAt startAt) {
        return new ConsumedTable(
                KclFixture.source("orders", new SlowRecordPath(Duration.ZERO), startAt, checkpoints),
                new ConsumerListener() {
                    @Override
                    public void gapDetected(GapDetected gap) {
                        gaps.add(gap);
                    }
                },
                false,
                new LeaseWatch(Duration.ofSeconds(30), clocks),
                clocks);
    }

    private ConsumedTable seed(StartAt startAt, String arn) throws Exception {
        var table = table(startAt);
        table.streamArn(arn);
        var schedulers = new SchedulerFactory(
                fixture.clients(streams),
                fixture.settings(),
                new LeaseTables(fixture.dynamoDb(), fixture.settings()),
                new ConsumedTables(List.of(table)),
                names,
                clocks);
        schedulers.prepare(new WorkerContext("worker", clocks)).seeder().seed(table, schedulers.stream(arn));
        return table;
    }

    /** Checkpoints by shard. */
    private Map<String, String> leases(String arn) {
        var leases = new TreeMap<String, String>();
        var rows = fixture.dynamoDb()
                .scan(request -> request.tableName(fixture.leaseTable()).consistentRead(true));
        for (var row : rows.items()) {
            if (row.get("streamName").s().equals(names.identifier(arn).serialize())) {
                leases.put(row.get("shardId").s(), row.get("checkpoint").s());
            }
        }
        return leases;
    }

    private void checkpoint(String arn, String shardId, String checkpoint) {
        var key = ShardKey.of(names.identifier(arn), shardId).leaseKey();
        fixture.dynamoDb().updateItem(request -> request.tableName(fixture.leaseTable())
                .key(Map.of("leaseKey", AttributeValue.fromS(key)))
                .updateExpression("SET checkpoint = :checkpoint")
                .expressionAttributeValues(Map.of(":checkpoint", AttributeValue.fromS(checkpoint))));
    }

    private static Checkpoint row(String shardId, Position position) {
        return new Checkpoint(ARN, new ShardId(shardId), null, position);
    }

    private void list(Shard... shards) {
        when(streams.describeStream(any(DescribeStreamRequest.class))).thenAnswer(call -> {
            DescribeStreamRequest request = call.getArgument(0);
            return answer(request.streamArn(), shards);
        });
    }

    private static DescribeStreamResponse answer(String arn, Shard... shards) {
        return (DescribeStreamResponse) DescribeStreamResponse.builder()
                .streamDescription(description -> description
                        .streamArn(arn)
                        .streamStatus(StreamStatus.ENABLED)
                        .shards(shards))
                .sdkHttpResponse(SdkHttpResponse.builder()
                        .statusCode(200)
                        .putHeader("Date", "Fri, 02 Jan 2026 12:00:00 GMT")
                        .build())
                .build();
    }

    private static Shard open(String shardId, String parent) {
        return shard(shardId, parent, null);
    }

    private static Shard closed(String shardId, String parent) {
        return shard(shardId, parent, "9");
    }

    private static Shard shard(String shardId, String parent, String end) {
        return Shard.builder()
                .shardId(shardId)
                .parentShardId(parent)
                .sequenceNumberRange(range -> range.startingSequenceNumber("1").endingSequenceNumber(end))
                .build();
    }
}
