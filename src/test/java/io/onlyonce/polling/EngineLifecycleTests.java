package io.onlyonce.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.onlyonce.checkpoint.Checkpoint;
import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.StartAt;
import io.onlyonce.engine.StreamNotReadableException;
import io.onlyonce.engine.StreamNotReadableException.Reason;
import io.onlyonce.engine.TableSource;
import io.onlyonce.fake.FakeStreams;
import io.onlyonce.fake.FakeStreams.Operation;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.ShardId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** Start, stop, pause, resume and status of the engine. */
@ExtendWith(OutputCaptureExtension.class)
class EngineLifecycleTests {

    private final PollingFixture fixture = new PollingFixture();
    private final FakeStreams aws = fixture.aws;
    private final String arn = fixture.arn;
    private final String shard = aws.addShard(arn, null);

    @Test
    void startWithoutATableSaysWhatToDo() {
        assertRefused("nowhere", null, Reason.TABLE_MISSING);
    }

    @Test
    void startWithoutAStreamSaysWhatToDo() {
        aws.createTable("plain");
        assertRefused("plain", null, Reason.STREAM_NOT_ENABLED);
        aws.disableStream(PollingFixture.TABLE);
        assertRefused(PollingFixture.TABLE, null, Reason.STREAM_NOT_ENABLED);
    }

    @Test
    void startWithoutNewImagesSaysWhatToDo() {
        aws.createTable("keys");
        var keys = aws.enableStream("keys", StreamViewType.KEYS_ONLY);
        assertRefused("keys", null, Reason.NEW_IMAGE_MISSING);
        assertRefused("keys", keys, Reason.NEW_IMAGE_MISSING);

        var source = new TableSource("keys", null, StartAt.TRIM_HORIZON, false, fixture.path, fixture.checkpoints);
        fixture.newEngine(List.of(source)).start();
    }

    @Test
    void startWithAStreamThatDoesNotExistSaysWhatToDo() {
        var thrown = assertRefused(PollingFixture.TABLE, arn + "x", Reason.STREAM_MISSING);
        assertThat(thrown).hasMessageContaining("onlyonce.streams.orders.stream-arn");
    }

    @Test
    void startWithoutPermissionSaysWhatToDo(CapturedOutput output) {
        aws.failNext(Operation.DESCRIBE_TABLE, FakeStreams::accessDenied);
        assertRefused(PollingFixture.TABLE, null, Reason.ACCESS_DENIED);
        aws.failNext(Operation.DESCRIBE_STREAM, FakeStreams::accessDenied);
        assertRefused(PollingFixture.TABLE, null, Reason.ACCESS_DENIED);
        assertThat(output).doesNotContain("tried again");
    }

    @Test
    void refusedStartLeavesNothingRunning() {
        var good = fixture.source();
        var bad = new TableSource("nowhere", null, StartAt.TRIM_HORIZON, true, fixture.path, fixture.checkpoints);
        var engine = fixture.newEngine(List.of(good, bad));
        assertThatExceptionOfType(StreamNotReadableException.class).isThrownBy(engine::start);
        aws.put(arn, shard);
        fixture.seconds(60);

        assertThat(fixture.path.offered()).isEmpty();
        assertThat(engine.status().role()).isEqualTo(Role.STOPPED);
    }

    @Test
    void startWithoutAnAnswerIsRetriedInTheBackground() {
        aws.failNext(Operation.DESCRIBE_TABLE, 3, FakeStreams::noAnswer);
        aws.failNext(Operation.DESCRIBE_STREAM, 3, FakeStreams::throttled);
        fixture.start();
        var number = aws.put(arn, shard);
        assertThat(fixture.status().state()).isEqualTo(State.STARTING);
        assertThat(fixture.status().problem()).contains("Connection reset");
        fixture.advance(Duration.ofMillis(50));
        assertThat(fixture.status().iteratorLag()).isEqualTo(Duration.ofMillis(50));

        fixture.seconds(30);
        assertThat(fixture.status().state()).isEqualTo(State.RUNNING);
        assertThat(fixture.status().problem()).isNull();
        assertThat(fixture.path.offered(shard)).containsExactly(number);
    }

    @Test
    void checkpointStoreOutOfReachAtStartIsRetried() {
        fixture.checkpoints.failNext(4);
        aws.put(arn, shard);
        fixture.start();
        fixture.seconds(30);
        assertThat(fixture.path.offered(shard)).hasSize(1);
    }

    @Test
    void stopStoresTheLastProgressAndReadsNoFurther() {
        fixture.path.finishAfter(Duration.ofMillis(10));
        fixture.path.finishAtOnce(unfinished -> 1);
        aws.put(arn, shard, 100);
        fixture.start();
        fixture.advance(Duration.ofMillis(475));
        assertThat(fixture.stop()).isTrue();
        var finished = fixture.path.finished(shard);
        assertThat(finished).hasSizeBetween(40, 60);
        assertThat(fixture.checkpoints.position(shard).orElseThrow())
                .isEqualTo(new Position.After(
                        new io.onlyonce.stream.SequenceNumber(finished.get(finished.size() - 1)),
                        PollingFixture.START));

        int calls = aws.calls(Operation.GET_RECORDS).size();
        fixture.advance(Duration.ofHours(1));
        assertThat(aws.calls(Operation.GET_RECORDS)).hasSize(calls);
        assertThat(fixture.engine.status().role()).isEqualTo(Role.STOPPED);
        assertThat(fixture.status().state()).isEqualTo(State.STOPPED);
    }

    @Test
    void stopWorksWhenTheSchedulerIsShutDownAlready() {
        aws.put(arn, shard, 100);
        fixture.path.finishAtOnce(unfinished -> Math.min(unfinished, 50));
        fixture.path.finishAfter(Duration.ofMillis(100));
        fixture.start();
        fixture.advance(Duration.ofMillis(250));
        fixture.scheduler.shutDown();
        assertThat(fixture.stop()).isTrue();

        assertThat(fixture.checkpoints.position(shard).orElseThrow()).isInstanceOf(Position.After.class);
        assertThat(fixture.path.finished(shard)).hasSize(100);
    }

    @Test
    void engineStartsAgainAfterAStop() {
        aws.put(arn, shard, 3);
        fixture.start();
        fixture.seconds(2);
        assertThat(fixture.stop()).isTrue();
        aws.put(arn, shard, 3);
        fixture.engine.start();
        fixture.seconds(2);
        assertThat(fixture.path.offered(shard)).hasSize(6).doesNotHaveDuplicates();
        assertThat(fixture.engine.status().role()).isEqualTo(Role.ACTIVE);
    }

    @Test
    void pauseLetsRecordsInHandFinishAndReadsNoFurther() {
        fixture.path.finishAfter(Duration.ofMillis(10));
        fixture.path.finishAtOnce(unfinished -> 1);
        aws.put(arn, shard, 250);
        fixture.start();
        fixture.advance(Duration.ofMillis(100));
        pause();
        assertThat(fixture.path.offered(shard)).hasSizeBetween(100, 200);
        assertThat(fixture.path.finished(shard)).hasSameSizeAs(fixture.path.offered(shard));
        assertThat(fixture.path.openShards()).isEmpty();
        assertThat(fixture.status(shard).state()).isEqualTo(ShardState.PAUSED);

        fixture.advance(Duration.ofHours(1));
        assertThat(fixture.status().iteratorLag()).isGreaterThan(Duration.ofMinutes(59));
        assertThat(fixture.status().retentionHeadroom()).isLessThan(Duration.ofHours(23));
        fixture.engine.resume(PollingFixture.TABLE);
        fixture.seconds(10);
        assertThat(fixture.path.offered(shard)).hasSize(250).doesNotHaveDuplicates();
        assertThat(fixture.status().state()).isEqualTo(State.RUNNING);
    }

    @Test
    void resumeReadsFromWhereTheCheckpointWasSet() {
        aws.put(arn, shard, 10);
        fixture.start();
        fixture.seconds(5);
        pause();
        fixture.checkpoints.set(new Checkpoint(arn, new ShardId(shard), null, new Position.TrimHorizon()));
        fixture.engine.resume(PollingFixture.TABLE);
        fixture.seconds(5);

        assertThat(fixture.path.offered(shard)).hasSize(20);
    }

    @Test
    void resumeReopensAFinishedShardThatWasSetBack() {
        aws.put(arn, shard, 10);
        var child = aws.roll(arn, shard);
        aws.put(arn, child, 10);
        fixture.start();
        fixture.seconds(5);
        pause();
        fixture.checkpoints.set(new Checkpoint(arn, new ShardId(shard), null, new Position.TrimHorizon()));
        fixture.engine.resume(PollingFixture.TABLE);
        fixture.seconds(5);

        assertThat(fixture.path.offered(shard)).hasSize(20);
        assertThat(fixture.path.offered(child)).hasSize(10);
        assertThat(fixture.path.violations()).isEmpty();
    }

    @Test
    void pauseThatIsNotDoneInTimeReturnsAllTheSame() {
        fixture.path.hold(shard, true);
        aws.put(arn, shard, 10);
        fixture.start();
        fixture.seconds(1);
        // Returns after five seconds of real time.
        fixture.engine.pause(PollingFixture.TABLE);
        assertThat(fixture.status().state()).isEqualTo(State.PAUSED);

        fixture.path.hold(shard, false);
        fixture.engine.resume(PollingFixture.TABLE);
        fixture.seconds(5);
        assertThat(fixture.path.finished(shard)).hasSize(10);
        assertThat(fixture.path.violations()).isEmpty();
    }

    @Test
    void unknownTableIsRefused() {
        fixture.start();
        assertThatIllegalArgumentException().isThrownBy(() -> fixture.engine.pause("nowhere"));
    }

    @Test
    void lagIsAboutThePollDelayWhileIdle() {
        fixture.start();
        fixture.advance(Duration.ofMinutes(10));
        assertThat(fixture.status().iteratorLag()).isLessThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(fixture.status().retentionHeadroom()).isGreaterThan(Duration.ofHours(23));
        assertThat(fixture.status(shard).lastSuccessfulPoll())
                .isAfter(fixture.scheduler.getClock().instant().minusSeconds(2));
    }

    @Test
    void lagGrowsWhileReadsFail() {
        fixture.start();
        fixture.seconds(10);
        aws.failNext(Operation.GET_RECORDS, 1000, FakeStreams::throttled);
        fixture.advance(Duration.ofMinutes(10));
        assertThat(fixture.status().iteratorLag()).isGreaterThan(Duration.ofSeconds(595));
        assertThat(fixture.status(shard).problem()).isNotNull();
        assertThat(fixture.status(shard).sinceLastAnswer()).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void lagGrowsWhileAListenerIsStuck() {
        fixture.start();
        fixture.seconds(10);
        fixture.path.hold(shard, true);
        aws.put(arn, shard);
        fixture.advance(Duration.ofHours(2));
        assertThat(fixture.status().iteratorLag()).isGreaterThan(Duration.ofMinutes(119));
        assertThat(fixture.status().retentionHeadroom()).isLessThanOrEqualTo(Duration.ofHours(22));
        assertThat(fixture.status(shard).state()).isEqualTo(ShardState.BLOCKED);
        assertThat(fixture.status(shard).sinceLastAnswer()).isEqualTo(Duration.ZERO);
    }

    @Test
    void lagOfABacklogIsTheAgeOfTheLastFinishedRecord() {
        aws.put(arn, shard, 300);
        fixture.advance(Duration.ofHours(3));
        fixture.path.finishAfter(Duration.ofMillis(100));
        fixture.path.finishAtOnce(unfinished -> 1);
        fixture.start();
        fixture.seconds(5);
        assertThat(fixture.status().iteratorLag()).isBetween(Duration.ofHours(3), Duration.ofMinutes(181));
        fixture.seconds(60);
        assertThat(fixture.status().iteratorLag()).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void lagOfAChildGoesOnWhereItsParentsEnded() {
        aws.put(arn, shard, 3);
        var child = aws.roll(arn, shard);
        aws.put(arn, child, 3);
        fixture.advance(Duration.ofHours(3));
        fixture.path.hold(child, true);
        fixture.start();
        fixture.seconds(5);
        assertThat(fixture.status().iteratorLag()).isGreaterThanOrEqualTo(Duration.ofHours(3));
    }

    @Test
    void lagDoesNotFreezeWhenNoChildIsFound() {
        fixture.start();
        var other = aws.addShard(arn, null);
        fixture.advance(Duration.ofMinutes(2));
        aws.closeShard(arn, other);
        fixture.advance(Duration.ofMinutes(30));
        assertThat(fixture.status().iteratorLag()).isGreaterThan(Duration.ofMinutes(29));
    }

    @Test
    void clockThatJumpsForwardDoesNotMakeAnIdleShardLag() {
        fixture.start();
        fixture.seconds(10);
        fixture.scheduler.jump(Duration.ofHours(5));
        assertThat(fixture.status().iteratorLag()).isLessThanOrEqualTo(Duration.ofSeconds(1));
        fixture.scheduler.jump(Duration.ofHours(-10));
        assertThat(fixture.status().iteratorLag()).isLessThanOrEqualTo(Duration.ofSeconds(1));
        fixture.seconds(10);
        assertThat(fixture.status().iteratorLag()).isLessThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void explicitStreamIsReadThoughItIsNotTheLatest() {
        aws.disableStream(PollingFixture.TABLE);
        aws.enableStream(PollingFixture.TABLE, StreamViewType.NEW_IMAGE);
        aws.put(arn, shard, 3);
        fixture.streamArn = arn;
        fixture.start();
        fixture.advance(Duration.ofMinutes(3));

        assertThat(fixture.path.offered(shard)).hasSize(3);
        assertThat(fixture.events.gaps).isEmpty();
        assertThat(aws.calls(Operation.DESCRIBE_TABLE)).isEmpty();
    }

    @Test
    void statusBeforeTheStartNamesTheTables() {
        var engine = fixture.newEngine(List.of(fixture.source()));
        assertThat(engine.name()).isEqualTo("polling");
        assertThat(engine.status().role()).isEqualTo(Role.STOPPED);
        assertThat(engine.status().tables()).singleElement().satisfies(table -> {
            assertThat(table.table()).isEqualTo(PollingFixture.TABLE);
            assertThat(table.state()).isEqualTo(State.STOPPED);
            assertThat(table.streamArn()).isNull();
        });
    }

    private void pause() {
        var paused = CompletableFuture.runAsync(() -> fixture.engine.pause(PollingFixture.TABLE));
        await().atMost(Duration.ofSeconds(4)).until(() -> {
            fixture.advance(Duration.ofMillis(500));
            return paused.isDone();
        });
    }

    private StreamNotReadableException assertRefused(String table, String streamArn, Reason reason) {
        var source = new TableSource(table, streamArn, StartAt.TRIM_HORIZON, true, fixture.path, fixture.checkpoints);
        var engine = fixture.newEngine(List.of(source));
        var thrown =
                org.assertj.core.api.Assertions.catchThrowableOfType(StreamNotReadableException.class, engine::start);
        assertThat(thrown).isNotNull();
        assertThat(thrown.reason()).isEqualTo(reason);
        assertThat(thrown.table()).isEqualTo(table);
        assertThat(thrown).hasMessageContaining("onlyonce.streams." + table).hasMessageContaining(thrown.remedy());
        return thrown;
    }
}
