package io.onlyonce.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.amazonaws.services.dynamodbv2.streamsadapter.adapter.DynamoDBStreamsClientRecord;
import io.onlyonce.GapDetected;
import io.onlyonce.GapDetected.Reason;
import io.onlyonce.ShardCompleted;
import io.onlyonce.engine.Clocks;
import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.fake.SlowRecordPath;
import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.publication.RecordPath;
import io.onlyonce.publication.ShardDelivery;
import io.onlyonce.stream.ShardId;
import io.onlyonce.stream.StreamRecord;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.exceptions.KinesisClientLibDependencyException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseCoordinator;
import software.amazon.kinesis.leases.MultiStreamLease;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

class ShardProcessorTests {

    private static final Instant CREATED = Instant.parse("2026-01-01T12:00:00Z");
    private static final int PAGE_SIZE = 10;
    private static final String STREAM_ARN =
            "arn:aws:dynamodb:eu-central-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000";
    private static final String SHARD = "shardId-00000001767268800000-00000000";
    private static final String PARENT = "shardId-00000001767254400000-00000000";

    private final StreamIdentifier stream = StreamIdentifier.multiStreamInstance(
            "123456789012:eu-central-1$123456789012$orders$2026-01-01T00_00_00.000:1");
    // The clock of AWS, of which the moments of KCL know nothing.
    private final Clocks clocks = new Clocks(Clock.offset(Clock.systemUTC(), Duration.ofHours(1)), System::nanoTime);
    private final WorkerContext worker = new WorkerContext("worker", clocks);
    private final LeaseCoordinator coordinator = mock();
    private final RecordProcessorCheckpointer checkpointer = mock();
    private final SlowRecordPath path = new SlowRecordPath(Duration.ofMillis(1));
    private final List<GapDetected> gaps = Collections.synchronizedList(new ArrayList<>());
    private final List<ShardCompleted> completed = Collections.synchronizedList(new ArrayList<>());
    private final ConsumerListener listener = new ConsumerListener() {
        @Override
        public void gapDetected(GapDetected gap) {
            gaps.add(gap);
        }

        @Override
        public void shardCompleted(ShardCompleted shard) {
            completed.add(shard);
        }
    };
    private final LeaseWatch leaseWatch = new LeaseWatch(Duration.ofSeconds(30), clocks);

    @BeforeEach
    void holdLease() {
        worker.use(coordinator);
        when(coordinator.getCurrentlyHeldLease(anyString())).thenReturn(new MultiStreamLease());
    }

    @Test
    void finishedRecordsAreCheckpointed() throws Exception {
        var processor = open(table(path));

        processor.processRecords(page(1, 2, 3));
        await().until(() -> path.finished().size() == 3);
        keepReading(processor, () -> verify(checkpointer).checkpoint("3"));

        assertThat(path.finishedIds()).containsExactly("1", "2", "3");
    }

    @Test
    void unfinishedRecordsAreNotCheckpointed() throws Exception {
        path.block();
        var processor = open(table(path));
        processor.processRecords(page(1, 2, 3));

        processor.shutdownRequested(
                ShutdownRequestedInput.builder().checkpointer(checkpointer).build());

        verify(checkpointer, never()).checkpoint(anyString());
        verify(checkpointer, never()).checkpoint();
    }

    @Test
    void pageWaitsWhileAsManyRecordsAreUnfinished() {
        path.block();
        var processor = open(table(path));
        processor.processRecords(page(IntStream.rangeClosed(1, PAGE_SIZE).toArray()));

        var next = CompletableFuture.runAsync(() -> processor.processRecords(page(PAGE_SIZE + 1)));

        await().during(Duration.ofMillis(500)).until(() -> !next.isDone());
        path.unblock();
        await().until(() -> path.finished().size() == PAGE_SIZE + 1);
        assertThat(next).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void recordPathThatCannotBeOpenedIsTriedAgainAndKclSeesNoException() {
        path.failWith(new IllegalStateException("not now"));
        var table = table(path);
        var processor = open(table);

        var first = CompletableFuture.runAsync(() -> processor.processRecords(page(1)));

        await().until(() -> statusOf(table).state() == ShardState.BLOCKED);
        assertThat(statusOf(table).problem()).contains("not now");
        path.failWith(null);
        assertThat(first).succeedsWithin(Duration.ofSeconds(10));
        await().until(() -> path.finished().size() == 1);
    }

    static Stream<Runnable> failures() {
        return Stream.of(
                () -> {
                    throw new IllegalStateException("cannot take any");
                },
                () -> {
                    throw new LinkageError("broken");
                });
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whatFollowsARefusedPageIsNeitherOfferedNorCheckpointed(Runnable failure) throws Exception {
        var offered = new ArrayList<StreamRecord>();
        var processor = open(table(failingOnce(offered, failure)));

        processor.processRecords(page(1));
        processor.processRecords(page(2));
        processor.shutdownRequested(
                ShutdownRequestedInput.builder().checkpointer(checkpointer).build());

        assertThat(offered).isEmpty();
        verify(coordinator, times(1)).dropLease(any());
        verify(checkpointer, never()).checkpoint(anyString());
    }

    @Test
    void lostClaimHasTheShardOpenedAnewFromItsCheckpoint() throws Exception {
        path.block();
        var processor = open(table(path));
        processor.processRecords(page(1));

        path.open().get(0).loseClaim();

        keepReading(processor, () -> verify(coordinator, times(1)).dropLease(any()));
        verify(checkpointer, never()).checkpoint(anyString());
        assertThat(path.open()).isEmpty();
    }

    @Test
    void lostLeaseClosesTheShardWithoutCheckpoint() throws Exception {
        path.block();
        var table = table(path);
        var processor = open(table);
        processor.processRecords(page(1));

        processor.leaseLost(LeaseLostInput.builder().build());

        await().until(() -> path.open().isEmpty());
        assertThat(table.openShards()).isEmpty();
        verify(checkpointer, never()).checkpoint(anyString());
    }

    @Test
    void lateAnswerToAReadOfAShardThatWasLeftIsForgotten() {
        var table = table(path);
        var processor = open(table);
        var key = ShardKey.of(stream, SHARD);
        table.answered(key, true);
        assertThat(table.reads(key).lastSuccess()).isNotNull();

        processor.leaseLost(LeaseLostInput.builder().build());
        await().until(() -> table.openShards().isEmpty());
        table.answered(key, true);

        assertThat(table.reads(key).lastSuccess()).isNull();
    }

    @Test
    void waitingPageIsGivenUpWhenTheLeaseIsLost() {
        path.block();
        var processor = open(table(path));
        processor.processRecords(page(IntStream.rangeClosed(1, PAGE_SIZE).toArray()));
        var next = CompletableFuture.runAsync(() -> processor.processRecords(page(PAGE_SIZE + 1)));

        when(coordinator.getCurrentlyHeldLease(anyString())).thenReturn(null);

        assertThat(next).succeedsWithin(Duration.ofSeconds(5));
        path.unblock();
        processor.processRecords(page(PAGE_SIZE + 2));
        assertThat(path.finishedIds()).doesNotContain(Integer.toString(PAGE_SIZE + 1), Integer.toString(PAGE_SIZE + 2));
    }

    @Test
    void waitingPageIsGivenUpWhenTheLeaseIsToBeHandedOver() {
        path.block();
        var processor = open(table(path));
        processor.processRecords(page(IntStream.rangeClosed(1, PAGE_SIZE).toArray()));
        var next = CompletableFuture.runAsync(() -> processor.processRecords(page(PAGE_SIZE + 1)));
        var handedOver = new MultiStreamLease();
        handedOver.leaseOwner("other");
        handedOver.checkpointOwner("worker");

        when(coordinator.getCurrentlyHeldLease(anyString())).thenReturn(handedOver);

        assertThat(next).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void handoverCheckpointsWhatIsFinished() throws Exception {
        var processor = open(table(path));
        processor.processRecords(page(1, 2));
        await().until(() -> path.finished().size() == 2);

        processor.shutdownRequested(
                ShutdownRequestedInput.builder().checkpointer(checkpointer).build());

        verify(checkpointer).checkpoint("2");
        assertThat(path.open()).isEmpty();
    }

    @Test
    void endOfShardIsCheckpointedAfterItsLastRecord() throws Exception {
        path.block();
        var processor = open(table(path));
        processor.processRecords(page(1));

        var ended = CompletableFuture.runAsync(() -> processor.shardEnded(
                ShardEndedInput.builder().checkpointer(checkpointer).build()));

        await().during(Duration.ofMillis(500)).until(() -> !ended.isDone());
        verify(checkpointer, never()).checkpoint();
        assertThat(completed).isEmpty();
        path.unblock();
        assertThat(ended).succeedsWithin(Duration.ofSeconds(5));
        verify(checkpointer).checkpoint();
        assertThat(completed).containsExactly(new ShardCompleted("orders", new ShardId(SHARD)));
    }

    @Test
    void endOfShardThatIsFinishedIsCheckpointedWhileStopping() throws Exception {
        var processor = open(table(path));
        worker.stop(Duration.ofSeconds(5));

        processor.shardEnded(
                ShardEndedInput.builder().checkpointer(checkpointer).build());

        verify(checkpointer).checkpoint();
    }

    @Test
    void endOfShardThatIsUnfinishedIsLeftToTheNextHolderWhenStopping() throws Exception {
        path.block();
        var processor = open(table(path));
        processor.processRecords(page(1));
        worker.stop(Duration.ofSeconds(5));

        processor.shardEnded(
                ShardEndedInput.builder().checkpointer(checkpointer).build());

        verify(checkpointer, never()).checkpoint();
        verify(coordinator).dropLease(any());
    }

    @Test
    void claimLostBehindTheLastPageHasTheShardOpenedAnewFromItsCheckpoint() throws Exception {
        path.block();
        var processor = open(table(path));
        processor.processRecords(page(1));
        path.open().get(0).loseClaim();

        processor.shardEnded(
                ShardEndedInput.builder().checkpointer(checkpointer).build());

        verify(coordinator).dropLease(any());
        verify(checkpointer, never()).checkpoint();
        verify(checkpointer, never()).checkpoint(anyString());
    }

    @Test
    void endOfShardOfAPausedTableWaitsUntilItIsResumedAndIsOpenedAnew() throws Exception {
        var table = table(path);
        var processor = open(table);
        processor.processRecords(page(1));
        await().until(() -> path.finished().size() == 1);
        assertThat(table.pause()).succeedsWithin(Duration.ofSeconds(5));

        var ended = CompletableFuture.runAsync(() -> processor.shardEnded(
                ShardEndedInput.builder().checkpointer(checkpointer).build()));

        await().during(Duration.ofMillis(500)).until(() -> !ended.isDone());
        verify(coordinator, never()).dropLease(any());
        table.resume();
        assertThat(ended).succeedsWithin(Duration.ofSeconds(5));
        verify(coordinator).dropLease(any());
        verify(checkpointer, never()).checkpoint();
    }

    @Test
    void noReadIsOverdueWhileTheEndOfAShardWaitsForItsRecords() {
        path.block();
        var table = table(path);
        var processor = open(table);
        processor.processRecords(page(1));
        var shard = table.openShards().iterator().next();

        var ended = CompletableFuture.runAsync(() -> processor.shardEnded(
                ShardEndedInput.builder().checkpointer(checkpointer).build()));

        await().until(() ->
                shard.status(false, null, Duration.ZERO).sinceLastAnswer().isZero());
        path.unblock();
        assertThat(ended).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void interruptedPageHasTheShardOpenedAnew() {
        path.block();
        var processor = open(table(path));
        processor.processRecords(page(IntStream.rangeClosed(1, PAGE_SIZE).toArray()));

        Thread.currentThread().interrupt();
        processor.processRecords(page(PAGE_SIZE + 1));

        assertThat(Thread.interrupted()).isTrue();
        verify(coordinator).dropLease(any());
    }

    @Test
    void endOfVanishedShardIsNoCompletion() throws Exception {
        var table = table(path);
        table.reads(ShardKey.of(stream, SHARD)).vanished();
        var processor = open(table);

        processor.shardEnded(
                ShardEndedInput.builder().checkpointer(checkpointer).build());

        verify(checkpointer).checkpoint();
        assertThat(completed).isEmpty();
    }

    @Test
    void failedCheckpointIsTriedAgain() throws Exception {
        doThrow(new KinesisClientLibDependencyException("not now"))
                .doNothing()
                .when(checkpointer)
                .checkpoint("1");
        var processor = open(table(path));
        processor.processRecords(page(1));

        keepReading(processor, () -> verify(checkpointer, times(2)).checkpoint("1"));
    }

    @Test
    void checkpointRefusedByKclEndsTheShardHere() throws Exception {
        doThrow(new ShutdownException("another worker has it"))
                .when(checkpointer)
                .checkpoint("1");
        var processor = open(table(path));
        processor.processRecords(page(1));
        keepReading(processor, () -> verify(checkpointer).checkpoint("1"));

        processor.processRecords(page(2));

        assertThat(path.finishedIds()).containsExactly("1");
    }

    @Test
    void repeatedRecordsAreOfferedOnceAndCounted() {
        var processor = open(table(path));

        processor.processRecords(page(1, 2));
        assertThat(path.passedOverIds()).isEmpty();
        processor.processRecords(page(1, 2, 3));

        await().until(() -> path.finishedIds().equals(List.of("1", "2", "3")));
        assertThat(path.passedOverIds()).containsExactly("1", "2");
    }

    @Test
    void recordsFromBeforeTheStartArePassedOver() {
        var table = table(path);
        table.startAt(stream.serialize(), CREATED.plusSeconds(2));
        var processor = open(table);

        processor.processRecords(page(1, 2, 3));

        await().until(() -> path.finishedIds().equals(List.of("2", "3")));
        assertThat(path.passedOverIds()).isEmpty();
    }

    @Test
    void nextSessionOfAShardOpensAfterTheFormerOneIsClosed() {
        var lasting = new SlowRecordPath(Duration.ofSeconds(1));
        var table = table(lasting);
        var former = open(table);
        former.processRecords(page(1));

        former.leaseLost(LeaseLostInput.builder().build());
        var next = open(table);
        var page = CompletableFuture.runAsync(() -> next.processRecords(page(1)));

        assertThat(lasting.opened()).isEqualTo(1);
        assertThat(page).succeedsWithin(Duration.ofSeconds(5));
        assertThat(lasting.opened()).isEqualTo(2);
        assertThat(lasting.finishedIds()).containsExactly("1");
    }

    @Test
    void pausedTableHoldsItsShardsAndResumesFromTheCheckpoint() throws Exception {
        var table = table(path);
        var processor = open(table);
        processor.processRecords(page(1));
        await().until(() -> path.finished().size() == 1);

        assertThat(table.pause()).succeedsWithin(Duration.ofSeconds(5));
        var next = CompletableFuture.runAsync(() -> processor.processRecords(page(2)));

        await().during(Duration.ofMillis(500)).until(() -> !next.isDone());
        verify(coordinator, never()).dropLease(any());
        table.resume();
        assertThat(next).succeedsWithin(Duration.ofSeconds(5));
        verify(coordinator).dropLease(any());
        assertThat(path.finishedIds()).containsExactly("1");
    }

    @Test
    void tableHaltsOnAGapIfConfiguredAndGoesOnWhenResumed() {
        var table = new ConsumedTable(KclFixture.source("orders", path), listener, true, leaseWatch, clocks);
        var processor = open(table);
        table.gap(Reason.TRIMMED, "arn", new ShardId(SHARD), null);

        var page = CompletableFuture.runAsync(() -> processor.processRecords(page(1)));

        await().during(Duration.ofMillis(500)).until(() -> !page.isDone());
        table.resume();
        table.gap(Reason.TRIMMED, "arn", new ShardId(SHARD), null);
        assertThat(page).succeedsWithin(Duration.ofSeconds(5));
        assertThat(gaps).hasSize(1);
    }

    @Test
    void childWhoseFirstRecordsMayBeTrimmedIsReportedAsAGap() {
        var lease = new MultiStreamLease();
        lease.parentShardIds(List.of(PARENT));
        when(coordinator.getCurrentlyHeldLease(anyString())).thenReturn(lease);

        open(table(path));
        assertThat(gaps).isEmpty();
        leaseWatch.observe(List.of(parentLease()));
        open(table(path));

        assertThat(gaps).singleElement().satisfies(gap -> {
            assertThat(gap.reason()).isEqualTo(Reason.TRIMMED);
            assertThat(gap.streamArn()).isEqualTo(STREAM_ARN);
            assertThat(gap.shardId()).isEqualTo(new ShardId(SHARD));
        });
    }

    @Test
    void twoEmptyReadsWithNothingUnfinishedAreTheTip() {
        var table = table(path);
        var processor = open(table);
        processor.processRecords(page(1));
        await().until(() -> path.finished().size() == 1);
        assertThat(statusOf(table).lag()).isGreaterThan(Duration.ofDays(1));

        processor.processRecords(page());
        assertThat(statusOf(table).lag()).isGreaterThan(Duration.ofDays(1));
        processor.processRecords(page());

        assertThat(statusOf(table).lag()).isLessThan(Duration.ofSeconds(10));
    }

    private Lease parentLease() {
        var parent = new MultiStreamLease();
        parent.streamIdentifier(stream.serialize());
        parent.shardId(PARENT);
        parent.leaseCounter(1L);
        return parent;
    }

    private ConsumedTable table(RecordPath recordPath) {
        return new ConsumedTable(KclFixture.source("orders", recordPath), listener, false, leaseWatch, clocks);
    }

    private ShardProcessor open(ConsumedTable table) {
        var processor = new ShardProcessor(table, stream, STREAM_ARN, worker, PAGE_SIZE, clocks);
        processor.initialize(InitializationInput.builder()
                .shardId(SHARD)
                .extendedSequenceNumber(ExtendedSequenceNumber.TRIM_HORIZON)
                .build());
        return processor;
    }

    private io.onlyonce.engine.ConsumerStatus.ShardStatus statusOf(ConsumedTable table) {
        return table.openShards().iterator().next().status(false, null, Duration.ofSeconds(1));
    }

    /** As KCL does while a shard is idle. */
    private void keepReading(ShardProcessor processor, org.awaitility.core.ThrowingRunnable assertion) {
        await().untilAsserted(() -> {
            processor.processRecords(page());
            assertion.run();
        });
    }

    private ProcessRecordsInput page(int... numbers) {
        List<KinesisClientRecord> records = new ArrayList<>();
        for (int number : numbers) {
            records.add(DynamoDBStreamsClientRecord.fromRecord(record(number)));
        }
        return ProcessRecordsInput.builder()
                .records(records)
                .cacheEntryTime(Instant.now())
                .checkpointer(checkpointer)
                .build();
    }

    private static Record record(int number) {
        var id = Map.of("id", AttributeValue.fromS(Integer.toString(number)));
        return Record.builder()
                .eventID("event-" + number)
                .eventName(OperationType.INSERT)
                .dynamodb(change -> change.sequenceNumber(Integer.toString(number))
                        .approximateCreationDateTime(CREATED.plusSeconds(number))
                        .keys(id)
                        .newImage(id))
                .build();
    }

    /** A record path whose first delivery throws on offer. */
    private static RecordPath failingOnce(List<StreamRecord> offered, Runnable failure) {
        return (shardId, callback) -> new ShardDelivery() {

            private boolean failed;

            @Override
            public void offer(List<StreamRecord> records) {
                if (!failed) {
                    failed = true;
                    failure.run();
                }
                offered.addAll(records);
            }

            @Override
            public void passOver(List<StreamRecord> records) {}

            @Override
            public int unfinished() {
                return 0;
            }

            @Override
            public Instant oldestUnfinished() {
                return null;
            }

            @Override
            public String problem() {
                return null;
            }

            @Override
            public Duration runningFor() {
                return Duration.ZERO;
            }

            @Override
            public CompletableFuture<Void> close() {
                return CompletableFuture.completedFuture(null);
            }
        };
    }
}
