package io.onlyonce.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.checkpoint.Checkpoint;
import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.StartAt;
import io.onlyonce.fake.FakeStreams;
import io.onlyonce.fake.FakeStreams.Operation;
import io.onlyonce.publication.ConsumerListener.PollResult;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One shard: places, pages, errors, checkpoints. */
class ShardReadingTests {

    private final PollingFixture fixture = new PollingFixture();
    private final FakeStreams aws = fixture.aws;
    private final String arn = fixture.arn;
    private final String shard = aws.addShard(arn, null);

    @Test
    void readsFromTheOldestRecordInOrder() {
        var before = aws.put(arn, shard, 250);
        fixture.start();
        fixture.seconds(1);
        var after = aws.put(arn, shard);
        fixture.seconds(2);

        assertThat(fixture.path.offered(shard))
                .startsWith(before.toArray(String[]::new))
                .endsWith(after)
                .hasSize(251);
        assertThat(fixture.status().state()).isEqualTo(State.RUNNING);
        assertThat(fixture.status(shard).state()).isEqualTo(ShardState.READING);
        assertThat(fixture.status(shard).checkpoint()).isEqualTo(after);
    }

    @Test
    void readsOnAtOnceAfterRecordsAndSlowerWhileIdle() {
        aws.put(arn, shard, 1000);
        fixture.start();
        fixture.advance(Duration.ofMillis(1));
        assertThat(fixture.path.offered(shard)).hasSize(1000);

        fixture.seconds(60);
        int reads = aws.calls(Operation.GET_RECORDS).size();
        fixture.seconds(60);
        assertThat(aws.calls(Operation.GET_RECORDS).size() - reads).isBetween(55, 61);
    }

    @Test
    void whereNoMemoryIsLeftAShardReadsNothingAheadAndAnotherGoesOnInSmallPages() {
        String other = aws.addShard(arn, null);
        startWithRecordsInHandThatLeaveNoRoomForAFullPage();
        aws.put(arn, shard, 30);
        aws.put(arn, other, 300);
        int before = reads(other);
        fixture.advance(Duration.ofMillis(1100));

        assertThat(fixture.path.offered(shard)).hasSize(60);
        assertThat(fixture.path.offered(other)).hasSize(300);
        assertThat(reads(other) - before).isBetween(12, 20);

        fixture.path.hold(shard, false);
        fixture.seconds(5);
        aws.put(arn, other, 300);
        before = reads(other);
        fixture.seconds(1);
        assertThat(fixture.path.offered(shard)).hasSize(90);
        assertThat(fixture.path.offered(other)).hasSize(600);
        assertThat(reads(other) - before).isBetween(3, 11);
    }

    @Test
    void memoryIsGivenBackByAShardThatIsClosed() {
        String other = aws.addShard(arn, null);
        startWithRecordsInHandThatLeaveNoRoomForAFullPage();
        fixture.path.loseClaim(shard);
        fixture.seconds(1);
        aws.put(arn, other, 300);
        int before = reads(other);
        fixture.advance(Duration.ofMillis(900));

        assertThat(fixture.path.offered(other)).hasSize(300);
        assertThat(reads(other) - before).isBetween(3, 8);
    }

    private void startWithRecordsInHandThatLeaveNoRoomForAFullPage() {
        fixture.pageMemory = PageMemory.unread(100) + 50_000;
        fixture.path.hold(shard, true);
        aws.put(arn, shard, 60);
        fixture.start();
        fixture.seconds(5);
    }

    private int reads(String of) {
        return (int) aws.calls(Operation.GET_RECORDS).stream()
                .filter(call -> of.equals(call.subject()))
                .count();
    }

    @Test
    void emptyPagesAreNotTheEndAndNotTheTip() {
        var numbers = aws.put(arn, shard, 3);
        aws.emptyReads(arn, shard, 20);
        fixture.start();
        fixture.seconds(30);

        assertThat(fixture.path.offered(shard)).isEqualTo(numbers);
    }

    @Test
    void lastPageOfAClosedShardIsDelivered() {
        var numbers = aws.put(arn, shard, 3);
        aws.closeShard(arn, shard);
        fixture.start();
        fixture.seconds(1);

        assertThat(fixture.path.offered(shard)).isEqualTo(numbers);
        assertThat(fixture.events.completed).containsExactly(shard);
        assertThat(fixture.checkpoints.position(shard)).contains(new Position.ShardEnd());
        assertThat(fixture.path.openShards()).isEmpty();
    }

    @Test
    void endOfAShardIsStoredOnlyWhenEverythingIsFinished() {
        aws.put(arn, shard, 3);
        var child = aws.roll(arn, shard);
        aws.put(arn, child);
        fixture.path.hold(shard, true);
        fixture.start();
        fixture.advance(Duration.ofMinutes(10));

        assertThat(fixture.events.completed).isEmpty();
        assertThat(fixture.checkpoints.position(shard)).contains(new Position.TrimHorizon());
        assertThat(fixture.path.offered(child)).isEmpty();
        assertThat(fixture.status(shard).state()).isEqualTo(ShardState.BLOCKED);
        assertThat(fixture.status(child).state()).isEqualTo(ShardState.WAITING);

        fixture.path.hold(shard, false);
        fixture.advance(Duration.ofMillis(10));
        assertThat(fixture.checkpoints.position(shard)).contains(new Position.ShardEnd());
        assertThat(fixture.path.offered(child)).hasSize(1);
    }

    @Test
    void readsAheadByAPageAtMost() {
        aws.put(arn, shard, 1000);
        fixture.path.hold(shard, true);
        fixture.start();
        fixture.seconds(100);
        assertThat(fixture.path.offered(shard)).hasSize(100);

        fixture.path.finishAfter(Duration.ofMillis(10));
        fixture.path.finishAtOnce(unfinished -> 1);
        fixture.path.hold(shard, false);
        fixture.advance(Duration.ofMillis(15));
        assertThat(fixture.path.offered(shard)).hasSize(200);
        fixture.seconds(20);
        assertThat(fixture.path.finished(shard)).hasSize(1000);
    }

    @Test
    void checkpointsAreWrittenAboutOnceASecond() {
        aws.put(arn, shard, 1000);
        fixture.path.finishAfter(Duration.ofMillis(10));
        fixture.path.finishAtOnce(unfinished -> 1);
        fixture.start();
        fixture.advance(Duration.ofMillis(9500));

        assertThat(fixture.checkpoints.writes()).hasSizeBetween(9, 13);
        var last = fixture.checkpoints.position(shard).orElseThrow();
        assertThat(last).isInstanceOf(Position.After.class);
        fixture.seconds(2);
        assertThat(fixture.checkpoints.position(shard).orElseThrow())
                .isEqualTo(position(fixture.path.finished(shard).get(999)));
    }

    @Test
    void checkpointThatCannotBeWrittenIsWrittenLater() {
        fixture.start();
        fixture.seconds(1);
        fixture.checkpoints.failNext(3);
        var number = aws.put(arn, shard);
        fixture.seconds(2);
        assertThat(fixture.status(shard).problem()).contains("The store does not answer");

        fixture.seconds(10);
        assertThat(fixture.checkpoints.position(shard).orElseThrow())
                .isEqualTo(new Position.After(new SequenceNumber(number), PollingFixture.START.plusSeconds(1)));
        assertThat(fixture.status(shard).problem()).isNull();
    }

    @Test
    void endThatCannotBeStoredIsStoredLater() {
        aws.put(arn, shard, 3);
        fixture.start();
        fixture.seconds(5);
        aws.closeShard(arn, shard);
        fixture.checkpoints.failNext(5);
        fixture.seconds(1);
        assertThat(fixture.events.completed).isEmpty();

        fixture.seconds(30);
        assertThat(fixture.events.completed).containsExactly(shard);
        assertThat(fixture.checkpoints.position(shard)).contains(new Position.ShardEnd());
    }

    @Test
    void startsAgainAfterTheCheckpoint() {
        aws.put(arn, shard, 10);
        fixture.start();
        fixture.seconds(2);
        assertThat(fixture.stop()).isTrue();
        var later = aws.put(arn, shard, 2);
        fixture.start();
        fixture.seconds(1);

        assertThat(fixture.path.offered(shard)).hasSize(12).endsWith(later.toArray(String[]::new));
    }

    @Test
    void expiredIteratorIsReplacedWhenNothingWasRead() {
        aws.iteratorLife(Duration.ofMillis(500));
        fixture.start();
        fixture.advance(Duration.ofHours(1));
        var number = aws.put(arn, shard);
        fixture.seconds(3);

        assertThat(fixture.events.polls).contains(PollResult.EXPIRED);
        assertThat(fixture.path.offered(shard)).containsExactly(number);
    }

    @Test
    void expiredIteratorGoesOnAfterTheLastRecordRead() {
        fixture.path.hold(shard, true);
        aws.put(arn, shard, 100);
        fixture.start();
        fixture.seconds(1);
        aws.put(arn, shard, 5);
        // Nothing is finished, so nothing is read and the iterator grows old.
        fixture.advance(Duration.ofMinutes(20));
        fixture.path.hold(shard, false);
        fixture.seconds(2);

        assertThat(fixture.events.polls).contains(PollResult.EXPIRED);
        assertThat(fixture.path.offered(shard)).hasSize(105).doesNotHaveDuplicates();
    }

    @Test
    void iteratorThatAnEmulatorCallsInvalidIsReplaced() {
        aws.put(arn, shard);
        fixture.start();
        fixture.seconds(1);
        aws.failNext(Operation.GET_RECORDS, FakeStreams::invalidIterator);
        fixture.seconds(2);
        aws.put(arn, shard);
        fixture.seconds(2);

        assertThat(aws.calls(Operation.GET_SHARD_ITERATOR)).hasSize(2);
        assertThat(fixture.path.offered(shard)).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void everyErrorIsRetriedWithGrowingDelay() {
        aws.put(arn, shard);
        aws.failNext(Operation.GET_SHARD_ITERATOR, FakeStreams::internalError);
        aws.failNext(Operation.GET_SHARD_ITERATOR, FakeStreams::noAnswer);
        aws.failNext(Operation.GET_RECORDS, FakeStreams::throttled);
        aws.failNext(Operation.GET_RECORDS, FakeStreams::throttledPlainly);
        aws.failNext(Operation.GET_RECORDS, FakeStreams::accessDenied);
        aws.failNext(Operation.GET_RECORDS, () -> new IllegalStateException("a bug"));
        fixture.start();
        fixture.advance(Duration.ofMillis(250));
        assertThat(fixture.path.offered(shard)).isEmpty();
        assertThat(fixture.status(shard).problem()).isNotNull();

        fixture.seconds(60);
        assertThat(fixture.path.offered(shard)).hasSize(1);
        assertThat(fixture.status(shard).problem()).isNull();
        assertThat(fixture.events.polls)
                .startsWith(PollResult.FAILED, PollResult.FAILED, PollResult.THROTTLED, PollResult.THROTTLED);
    }

    @Test
    void throttledShardBacksOffAlone() {
        var other = aws.addShard(arn, null);
        fixture.start();
        fixture.seconds(1);
        aws.failNext(Operation.GET_RECORDS, 1, FakeStreams::throttled);
        fixture.seconds(1);
        var number = aws.put(arn, other);
        fixture.seconds(3);

        assertThat(fixture.path.offered(other)).containsExactly(number);
    }

    @Test
    void lostClaimReopensFromTheStoredCheckpoint() {
        var numbers = aws.put(arn, shard, 5);
        fixture.start();
        fixture.seconds(3);
        fixture.checkpoints.set(checkpoint(position(numbers.get(1))));
        fixture.path.loseClaim(shard);
        fixture.advance(Duration.ofMillis(500));
        assertThat(fixture.path.openShards()).isEmpty();

        fixture.seconds(5);
        assertThat(fixture.path.openShards()).containsExactly(shard);
        assertThat(fixture.path.offered(shard).subList(5, 8)).isEqualTo(numbers.subList(2, 5));
    }

    @Test
    void lostClaimOfAShardThatAnotherProcessFinishedReleasesItsChildren() {
        aws.put(arn, shard, 5);
        fixture.start();
        fixture.seconds(3);
        var child = aws.roll(arn, shard);
        fixture.path.hold(shard, true);
        aws.put(arn, shard, 1);
        fixture.checkpoints.set(checkpoint(new Position.ShardEnd()));
        fixture.path.loseClaim(shard);
        fixture.seconds(10);

        assertThat(fixture.path.openShards()).containsExactly(child);
    }

    @Test
    void recordsThatTheRecordPathRefusedAreOfferedAgain() {
        var numbers = aws.put(arn, shard, 5);
        fixture.path.refuseNext(() -> {
            throw new IllegalStateException("Refused");
        });
        fixture.start();
        fixture.seconds(10);

        assertThat(fixture.path.finished(shard)).isEqualTo(numbers);
        assertThat(fixture.path.violations()).isEmpty();
    }

    @Test
    void recordsOnWhichTheRecordPathBrokeAreOfferedAgain() {
        var numbers = aws.put(arn, shard, 5);
        fixture.path.refuseNext(ShardReadingTests::breakDown);
        fixture.start();
        fixture.seconds(1);
        // The place to go on from cannot be had at once either.
        fixture.checkpoints.failNext(1, ShardReadingTests::breakDown);
        numbers.addAll(aws.put(arn, shard, 5));
        fixture.seconds(20);

        assertThat(fixture.path.finished(shard)).isEqualTo(numbers);
        assertThat(fixture.path.violations()).isEmpty();
    }

    @Test
    void readThatBreaksIsTriedAgain() {
        var number = aws.put(arn, shard);
        aws.failNext(Operation.GET_RECORDS, 3, () -> {
            throw new LinkageError("broken");
        });
        fixture.start();
        fixture.seconds(20);

        assertThat(fixture.path.finished(shard)).containsExactly(number);
        assertThat(fixture.status(shard).problem()).isNull();
    }

    @Test
    void observerThatBreaksKeepsNoReadFromItsRecords() {
        fixture.events.breakDown = true;
        var number = aws.put(arn, shard);
        fixture.start();
        fixture.seconds(5);

        assertThat(fixture.path.finished(shard)).containsExactly(number);
        assertThat(fixture.status(shard).problem()).isNull();
    }

    @Test
    void checkpointOnWhichTheStoreBreaksIsWrittenLater() {
        fixture.start();
        fixture.seconds(1);
        fixture.checkpoints.failNext(3, ShardReadingTests::breakDown);
        aws.put(arn, shard);
        fixture.seconds(2);
        assertThat(fixture.status(shard).problem()).contains("broken");

        var last = aws.put(arn, shard);
        fixture.seconds(20);
        assertThat(fixture.checkpoints.position(shard).orElseThrow())
                .isInstanceOfSatisfying(
                        Position.After.class,
                        after -> assertThat(after.sequenceNumber().digits()).isEqualTo(last));
        assertThat(fixture.status(shard).problem()).isNull();
    }

    private static void breakDown() {
        throw new LinkageError("broken");
    }

    @Test
    void trimmedPositionGoesOnWithTheOldestRecordAndReportsTheGap() {
        var numbers = aws.put(arn, shard, 10);
        fixture.start();
        fixture.seconds(2);
        assertThat(fixture.stop()).isTrue();
        var lost = aws.put(arn, shard, 5);
        var left = aws.put(arn, shard, 3);
        aws.trim(arn, shard, 15);
        fixture.start();
        fixture.seconds(5);

        assertThat(fixture.path.offered(shard))
                .doesNotContainAnyElementsOf(lost)
                .endsWith(left.toArray(String[]::new));
        assertThat(fixture.events.gaps).singleElement().satisfies(gap -> {
            assertThat(gap.reason()).hasToString("TRIMMED");
            assertThat(gap.shardId()).isEqualTo(new ShardId(shard));
            assertThat(gap.after()).isEqualTo(new SequenceNumber(numbers.get(9)));
            assertThat(gap.before()).isEqualTo(new SequenceNumber(left.get(0)));
        });
    }

    @Test
    void gapWithoutRecordsAfterItIsReportedAllTheSame() {
        var numbers = aws.put(arn, shard, 10);
        fixture.start();
        fixture.seconds(2);
        assertThat(fixture.stop()).isTrue();
        aws.put(arn, shard, 5);
        aws.trim(arn, shard, 15);
        fixture.start();
        fixture.seconds(5);

        assertThat(fixture.events.gaps).singleElement().satisfies(gap -> {
            assertThat(gap.after()).isEqualTo(new SequenceNumber(numbers.get(9)));
            assertThat(gap.before()).isNull();
        });
    }

    @Test
    void recordsTrimmedUnderTheReaderAreAGap() {
        aws.put(arn, shard, 100);
        fixture.path.hold(shard, true);
        fixture.start();
        fixture.seconds(1);
        aws.put(arn, shard, 50);
        aws.trim(arn, shard, 120);
        fixture.path.hold(shard, false);
        fixture.seconds(3);

        assertThat(fixture.path.offered(shard)).hasSize(130);
        assertThat(fixture.events.gaps).hasSize(1);
        assertThat(fixture.events.polls).contains(PollResult.TRIMMED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -3, 3})
    void beginningThatMayHaveBeenTrimmedBeforeAnythingWasReadIsReported(int clockErrorHours) {
        fixture.clockError = Duration.ofHours(clockErrorHours);
        fixture.start();
        fixture.seconds(5);
        assertThat(fixture.stop()).isTrue();
        aws.put(arn, shard, 3);
        fixture.advance(Duration.ofHours(25));
        aws.trim(arn, shard, 3);
        var left = aws.put(arn, shard);
        fixture.start();
        fixture.seconds(5);

        assertThat(fixture.path.offered(shard)).containsExactly(left);
        assertThat(fixture.events.gaps).singleElement().satisfies(gap -> {
            assertThat(gap.after()).isNull();
            assertThat(gap.before()).isEqualTo(new SequenceNumber(left));
        });
    }

    @Test
    void clockThatIsFastMakesNoGapOfAYoungShard() {
        fixture.clockError = Duration.ofHours(3);
        fixture.start();
        fixture.seconds(5);
        assertThat(fixture.stop()).isTrue();
        fixture.advance(Duration.ofHours(22));
        aws.put(arn, shard);
        fixture.start();
        fixture.seconds(5);

        assertThat(fixture.path.offered(shard)).hasSize(1);
        assertThat(fixture.events.gaps).isEmpty();
        assertThat(fixture.status(shard).lag()).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void firstStartWithAnOldShardIsNoGap() {
        fixture.advance(Duration.ofHours(25));
        aws.put(arn, shard);
        fixture.start();
        fixture.seconds(5);

        assertThat(fixture.path.offered(shard)).hasSize(1);
        assertThat(fixture.events.gaps).isEmpty();
    }

    @Test
    void haltsBeforeTheRecordsThatFollowAGap() {
        fixture.haltOnGap = true;
        aws.put(arn, shard, 10);
        fixture.start();
        fixture.seconds(2);
        assertThat(fixture.stop()).isTrue();
        aws.put(arn, shard, 5);
        var left = aws.put(arn, shard, 3);
        aws.trim(arn, shard, 15);
        fixture.start();
        fixture.advance(Duration.ofHours(1));

        assertThat(fixture.status().state()).isEqualTo(State.HALTED);
        assertThat(fixture.path.offered(shard)).hasSize(10);
        assertThat(fixture.path.openShards()).isEmpty();

        fixture.engine.resume(PollingFixture.TABLE);
        fixture.seconds(5);
        assertThat(fixture.path.offered(shard)).hasSize(13).endsWith(left.toArray(String[]::new));
        assertThat(fixture.status().state()).isEqualTo(State.RUNNING);
        assertThat(fixture.events.gaps).hasSize(1);
    }

    @Test
    void latestBeginsWithWhatIsWrittenAfterStart() {
        fixture.startAt = StartAt.LATEST;
        aws.put(arn, shard, 10);
        fixture.seconds(5);
        fixture.start();
        // No time passes: what is written once start() has returned counts.
        var later = aws.put(arn, shard, 3);
        fixture.seconds(2);

        assertThat(fixture.path.offered(shard)).isEqualTo(later);
        assertThat(fixture.checkpoints.writes().get(0).position())
                .isEqualTo(new Position.Latest(
                        fixture.scheduler.getClock().instant().minusSeconds(2)));
    }

    @Test
    void latestLosesNothingAcrossARestartBeforeTheFirstRecord() {
        fixture.startAt = StartAt.LATEST;
        aws.put(arn, shard, 10);
        fixture.seconds(5);
        fixture.start();
        fixture.seconds(2);
        assertThat(fixture.stop()).isTrue();
        var later = aws.put(arn, shard, 3);
        fixture.advance(Duration.ofMinutes(3));
        fixture.start();
        fixture.seconds(2);

        assertThat(fixture.path.offered(shard)).isEqualTo(later);
    }

    @Test
    void latestLosesNothingWhenItsIteratorCannotBeHadAtOnce() {
        fixture.startAt = StartAt.LATEST;
        aws.put(arn, shard, 10);
        fixture.seconds(5);
        aws.failNext(Operation.GET_SHARD_ITERATOR, 4, FakeStreams::throttled);
        fixture.start();
        var later = aws.put(arn, shard, 3);
        fixture.seconds(10);

        assertThat(fixture.path.offered(shard)).isEqualTo(later);
    }

    @Test
    void latestLosesNothingWhenItsIteratorExpires() {
        fixture.startAt = StartAt.LATEST;
        aws.withoutClockInAnswers();
        aws.iteratorLife(Duration.ofMillis(300));
        aws.put(arn, shard, 10);
        fixture.advance(Duration.ofMillis(5700));
        fixture.start();
        fixture.advance(Duration.ofMinutes(10));
        var later = aws.put(arn, shard, 3);
        fixture.seconds(5);

        assertThat(fixture.path.offered(shard)).isEqualTo(later);
    }

    @Test
    void latestDoesNotSkipWhatWasWrittenInTheSecondOfTheStart() {
        fixture.startAt = StartAt.LATEST;
        aws.withoutClockInAnswers();
        fixture.advance(Duration.ofMillis(5700));
        fixture.start();
        var number = aws.put(arn, shard);
        fixture.crash();
        fixture.seconds(10);
        fixture.start();
        fixture.seconds(3);

        assertThat(fixture.path.offered(shard)).containsExactly(number);
    }

    private static Position.After position(String number) {
        return new Position.After(new SequenceNumber(number), PollingFixture.START);
    }

    private Checkpoint checkpoint(Position position) {
        return new Checkpoint(arn, new ShardId(shard), null, position);
    }
}
