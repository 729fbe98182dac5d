package io.onlyonce.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.GapDetected;
import io.onlyonce.checkpoint.Checkpoint;
import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.StartAt;
import io.onlyonce.engine.TableSource;
import io.onlyonce.fake.FakeStreams;
import io.onlyonce.fake.FakeStreams.Operation;
import io.onlyonce.fake.FakeStreams.ShardFilterSupport;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** Many shards: lineage, discovery, shards and streams that vanish. */
class ShardTreeTests {

    private final PollingFixture fixture = new PollingFixture();
    private final FakeStreams aws = fixture.aws;
    private final String arn = fixture.arn;

    @Test
    void parentsComeBeforeChildren() {
        var root = aws.addShard(arn, null);
        aws.put(arn, root, 5);
        var children = aws.split(arn, root, 2);
        children.forEach(child -> aws.put(arn, child, 5));
        var grandchild = aws.roll(arn, children.get(0));
        aws.put(arn, grandchild, 5);
        fixture.path.finishAfter(Duration.ofMillis(50));
        fixture.start();
        fixture.seconds(5);

        var order = fixture.path.offered().stream()
                .map(FakeRecordPath.Seen::shard)
                .distinct()
                .toList();
        assertThat(order).hasSize(4).startsWith(root);
        assertThat(order.indexOf(grandchild)).isGreaterThan(order.indexOf(children.get(0)));
        assertThat(fixture.events.completed).containsExactly(root, children.get(0));
    }

    @Test
    void childOfATrimmedParentIsReadAtOnce() {
        var child = aws.addShard(arn, "shardId-00000000000000000001-gone");
        var number = aws.put(arn, child);
        fixture.start();
        fixture.advance(Duration.ofMillis(100));

        assertThat(fixture.path.offered(child)).containsExactly(number);
        assertThat(fixture.events.gaps).isEmpty();
    }

    @Test
    void childrenAreFoundAtOnceWhenAShardEnds() {
        var root = aws.addShard(arn, null);
        fixture.start();
        fixture.seconds(10);
        int listings = aws.calls(Operation.DESCRIBE_STREAM).size();
        var child = aws.roll(arn, root);
        var number = aws.put(arn, child);
        fixture.seconds(2);

        assertThat(fixture.path.offered(child)).containsExactly(number);
        assertThat(aws.calls(Operation.DESCRIBE_STREAM)).hasSize(listings + 1);
    }

    @ParameterizedTest
    @EnumSource(ShardFilterSupport.class)
    void childrenAreFoundWithinSecondsWhateverTheShardFilterDoes(ShardFilterSupport support) {
        aws.shardFilter(support);
        var root = aws.addShard(arn, null);
        fixture.start();
        fixture.seconds(10);
        aws.closeShard(arn, root);
        fixture.seconds(3);
        var child = aws.addShard(arn, root);
        var number = aws.put(arn, child);
        fixture.seconds(10);

        assertThat(fixture.path.offered(child)).containsExactly(number);
    }

    @Test
    void childThatAppearsLateIsFoundByTheListingOfEveryMinute() {
        var root = aws.addShard(arn, null);
        aws.closeShard(arn, root);
        fixture.start();
        fixture.advance(Duration.ofMinutes(10));
        int calls = aws.calls(Operation.DESCRIBE_STREAM).size();
        var child = aws.addShard(arn, root);
        var number = aws.put(arn, child);
        fixture.seconds(65);

        assertThat(fixture.path.offered(child)).containsExactly(number);
        assertThat(aws.calls(Operation.DESCRIBE_STREAM).size() - calls).isLessThan(3);
    }

    @Test
    void childrenStartAtTheirBeginningEvenAtLatest() {
        fixture.startAt = StartAt.LATEST;
        var root = aws.addShard(arn, null);
        fixture.start();
        fixture.seconds(1);
        var child = aws.addShard(arn, root);
        var numbers = aws.put(arn, child, 3);
        fixture.seconds(5);
        aws.closeShard(arn, root);
        fixture.seconds(5);

        assertThat(fixture.path.offered(child)).isEqualTo(numbers);
    }

    @Test
    void latestCountsClosedShardsAsFinished() {
        fixture.startAt = StartAt.LATEST;
        var root = aws.addShard(arn, null);
        aws.put(arn, root, 3);
        var child = aws.roll(arn, root);
        aws.put(arn, child, 3);
        fixture.seconds(5);
        fixture.start();
        var number = aws.put(arn, child);
        fixture.seconds(2);

        assertThat(fixture.path.offered()).hasSize(1);
        assertThat(fixture.path.offered(child)).containsExactly(number);
        assertThat(fixture.checkpoints.position(root)).contains(new Position.ShardEnd());
        assertThat(fixture.events.completed).isEmpty();
    }

    @Test
    void interruptedFirstStartAtLatestIsCompleted() {
        fixture.startAt = StartAt.LATEST;
        var one = aws.addShard(arn, null);
        var two = aws.addShard(arn, null);
        aws.put(arn, two, 2);
        fixture.seconds(5);
        // As if the process had died between the two.
        fixture.checkpoints.set(new Checkpoint(
                arn,
                new ShardId(one),
                null,
                new Position.Latest(fixture.scheduler.getClock().instant())));
        var later = aws.put(arn, two);
        fixture.seconds(5);
        fixture.start();
        fixture.seconds(5);

        assertThat(fixture.path.offered(two)).containsExactly(later);
    }

    @Test
    void openParentWithAChildIsReadFirst() {
        var root = aws.addShard(arn, null);
        aws.put(arn, root, 2);
        var child = aws.roll(arn, root);
        aws.listAsOpen(arn, root);
        aws.put(arn, child);
        fixture.start();
        fixture.seconds(2);

        assertThat(fixture.path.offered())
                .extracting(FakeRecordPath.Seen::shard)
                .containsExactly(root, root, child);
    }

    @Test
    void childThatIsListedBeforeItsParentWaitsForIt() {
        aws.listingPageSize(1);
        aws.listNewestFirst();
        aws.shardFilter(ShardFilterSupport.IGNORED);
        var root = aws.addShard(arn, null);
        fixture.start();
        fixture.advance(Duration.ofMinutes(2));
        var middle = aws.roll(arn, root);
        aws.put(arn, middle, 300);
        var last = aws.roll(arn, middle);
        aws.put(arn, last, 1);
        fixture.path.finishAfter(Duration.ofMillis(500));
        fixture.advance(Duration.ofMinutes(2));

        assertThat(fixture.path.offered())
                .extracting(FakeRecordPath.Seen::shard)
                .hasSize(301)
                .endsWith(middle, last);
    }

    @Test
    void configuredStreamIsReadThoughANewerOneWasReadBefore() {
        var root = aws.addShard(arn, null);
        aws.put(arn, root, 3);
        aws.disableStream(PollingFixture.TABLE);
        var newer = aws.enableStream(PollingFixture.TABLE, StreamViewType.NEW_IMAGE);
        aws.put(newer, aws.addShard(newer, null), 3);
        fixture.start();
        fixture.seconds(5);
        assertThat(fixture.path.offered(root)).isEmpty();
        assertThat(fixture.stop()).isTrue();
        fixture.streamArn = arn;
        fixture.start();
        fixture.seconds(5);

        assertThat(fixture.path.offered(root)).hasSize(3);
    }

    @Test
    void configuredStreamIsReadAfterAnOlderOneThatIsGone() {
        var root = aws.addShard(arn, null);
        aws.put(arn, root, 3);
        fixture.start();
        fixture.seconds(5);
        assertThat(fixture.stop()).isTrue();
        aws.disableStream(PollingFixture.TABLE);
        var newer = aws.enableStream(PollingFixture.TABLE, StreamViewType.NEW_IMAGE);
        aws.forgetStream(arn);
        var shard = aws.addShard(newer, null);
        aws.put(newer, shard, 3);
        fixture.streamArn = newer;
        fixture.start();
        fixture.seconds(5);

        assertThat(fixture.path.offered(shard)).hasSize(3);
        assertThat(fixture.events.gaps)
                .singleElement()
                .extracting(GapDetected::reason)
                .isEqualTo(GapDetected.Reason.STREAM_REPLACED);
    }

    @Test
    void shardMissingFromOneListingIsReadOn() {
        var root = aws.addShard(arn, null);
        aws.put(arn, root, 2);
        fixture.start();
        fixture.seconds(2);
        aws.hide(arn, root, true);
        fixture.advance(Duration.ofMinutes(5));
        aws.put(arn, root, 2);
        fixture.seconds(2);
        aws.hide(arn, root, false);
        fixture.advance(Duration.ofMinutes(5));

        assertThat(fixture.path.offered(root)).hasSize(4);
        assertThat(fixture.events.gaps).isEmpty();
    }

    @Test
    void parentThatIsListedLateIsReadAllTheSame() {
        var root = aws.addShard(arn, null);
        aws.put(arn, root, 2);
        var child = aws.roll(arn, root);
        aws.put(arn, child);
        aws.hide(arn, root, true);
        fixture.start();
        fixture.seconds(2);
        aws.hide(arn, root, false);
        fixture.advance(Duration.ofMinutes(2));

        assertThat(fixture.path.offered(root)).hasSize(2);
        assertThat(fixture.path.offered(child)).hasSize(1);
    }

    @Test
    void allShardsOfManyPagesAreFoundAndDescribingIsPaced() {
        aws.listingPageSize(20);
        var shards = new ArrayList<String>();
        for (int i = 0; i < 250; i++) {
            shards.add(aws.addShard(arn, null));
            aws.put(arn, shards.get(i));
        }
        fixture.start();
        fixture.seconds(20);

        assertThat(fixture.path.offered()).hasSize(250);
        assertDescribingIsPaced();
    }

    @Test
    void listingGoesOnWhereItFailed() {
        aws.listingPageSize(10);
        for (int i = 0; i < 50; i++) {
            aws.put(arn, aws.addShard(arn, null));
        }
        fixture.start();
        aws.failNext(Operation.DESCRIBE_STREAM, 8, FakeStreams::throttled);
        // Shards of the pages before are read meanwhile.
        fixture.seconds(5);
        assertThat(fixture.path.offered()).hasSizeBetween(40, 49);
        assertThat(fixture.status().problem()).contains("Slow down");

        fixture.advance(Duration.ofMinutes(2));
        assertThat(fixture.path.offered()).hasSize(50);
        assertThat(fixture.status().problem()).isNull();
    }

    @Test
    void lookForAnotherStreamIsAProblemOnlyWhereItsErrorLasts() {
        aws.addShard(arn, null);
        fixture.start();
        int looks = aws.calls(Operation.DESCRIBE_TABLE).size();
        aws.failNext(Operation.DESCRIBE_TABLE, 100, FakeStreams::noAnswer);
        fixture.advance(Duration.ofMinutes(5));
        assertThat(aws.calls(Operation.DESCRIBE_TABLE)).hasSizeGreaterThan(looks);
        assertThat(fixture.status().problem()).isNull();

        aws.heal();
        aws.failNext(Operation.DESCRIBE_TABLE, 100, FakeStreams::accessDenied);
        fixture.advance(Duration.ofMinutes(5));
        assertThat(fixture.status().problem()).isNotNull();

        aws.heal();
        fixture.advance(Duration.ofMinutes(5));
        assertThat(fixture.status().problem()).isNull();
    }

    @Test
    void childrenOfManyShardsAreFoundTogether() {
        var roots = new ArrayList<String>();
        for (int i = 0; i < 90; i++) {
            roots.add(aws.addShard(arn, null));
        }
        fixture.start();
        fixture.seconds(10);
        int calls = aws.calls(Operation.DESCRIBE_STREAM).size();
        roots.forEach(root -> aws.put(arn, aws.roll(arn, root)));
        fixture.seconds(10);

        assertThat(fixture.path.offered()).hasSize(90);
        assertThat(aws.calls(Operation.DESCRIBE_STREAM).size() - calls).isLessThan(25);
        assertDescribingIsPaced();
    }

    @Test
    void tableWhoseListingHangsOnAnErrorDoesNotDelayAnother() {
        var arnOfOther = aws.createTableWithStream("other");
        var other = aws.addShard(arnOfOther, null);
        var otherCheckpoints = new SimpleCheckpoints();
        var otherPath = new FakeRecordPath(fixture.scheduler);
        fixture.engine = fixture.newEngine(List.of(
                fixture.source(),
                new TableSource("other", null, StartAt.TRIM_HORIZON, true, otherPath, otherCheckpoints)));
        aws.failNext(Operation.DESCRIBE_STREAM, FakeStreams::noAnswer);
        fixture.engine.start();
        var number = aws.put(arnOfOther, other);
        fixture.advance(Duration.ofMillis(90));

        assertThat(otherPath.offered(other)).containsExactly(number);
        assertThat(fixture.engine.status().tables().get(0).state()).isEqualTo(State.STARTING);
        assertThat(fixture.engine.status().tables().get(0).problem()).contains("Connection reset");
        assertThat(fixture.engine.status().tables().get(1).state()).isEqualTo(State.RUNNING);
    }

    @Test
    void vanishedShardIsAGapAndReleasesItsChildren() {
        var root = aws.addShard(arn, null);
        var numbers = aws.put(arn, root, 3);
        fixture.start();
        fixture.seconds(5);
        var child = aws.roll(arn, root);
        var childNumber = aws.put(arn, child);
        aws.forgetShard(arn, root);
        fixture.advance(Duration.ofMinutes(1));

        assertThat(fixture.path.offered(child)).containsExactly(childNumber);
        assertThat(fixture.events.gaps).singleElement().satisfies(gap -> {
            assertThat(gap.reason()).isEqualTo(GapDetected.Reason.SHARD_VANISHED);
            assertThat(gap.shardId()).isEqualTo(new ShardId(root));
            assertThat(gap.after()).isEqualTo(new SequenceNumber(numbers.get(2)));
        });
        assertThat(fixture.events.completed).isEmpty();
    }

    @Test
    void shardThatVanishedWhileNobodyReadIsAGap() {
        var root = aws.addShard(arn, null);
        var numbers = aws.put(arn, root, 3);
        fixture.start();
        fixture.seconds(5);
        assertThat(fixture.stop()).isTrue();
        var child = aws.roll(arn, root);
        var childNumber = aws.put(arn, child);
        aws.forgetShard(arn, root);
        fixture.start();
        fixture.advance(Duration.ofMinutes(1));

        assertThat(fixture.path.offered(child)).containsExactly(childNumber);
        assertThat(fixture.events.gaps).singleElement().satisfies(gap -> {
            assertThat(gap.reason()).isEqualTo(GapDetected.Reason.SHARD_VANISHED);
            assertThat(gap.after()).isEqualTo(new SequenceNumber(numbers.get(2)));
        });
    }

    @Test
    void shardThatIsListedButNeverReadableIsAGapAfterAWhile() {
        var root = aws.addShard(arn, null);
        var child = aws.roll(arn, root);
        aws.put(arn, child);
        aws.failNext(Operation.GET_SHARD_ITERATOR, 12, FakeStreams::notFound);
        fixture.start();
        fixture.seconds(30);
        assertThat(fixture.events.gaps).isEmpty();

        fixture.advance(Duration.ofMinutes(10));
        assertThat(fixture.events.gaps).hasSize(1);
        assertThat(fixture.path.offered(child)).hasSize(1);
    }

    @Test
    void shardNotFoundForAMomentIsReadOn() {
        var root = aws.addShard(arn, null);
        aws.put(arn, root, 3);
        fixture.start();
        fixture.seconds(5);
        aws.failNext(Operation.GET_RECORDS, 2, FakeStreams::notFound);
        fixture.seconds(5);
        aws.put(arn, root, 2);
        fixture.seconds(30);

        assertThat(fixture.path.offered(root)).hasSize(5).doesNotHaveDuplicates();
        assertThat(fixture.events.gaps).isEmpty();
    }

    @Test
    void haltsBeforeTheChildrenOfAVanishedShard() {
        fixture.haltOnGap = true;
        var root = aws.addShard(arn, null);
        aws.put(arn, root, 3);
        fixture.start();
        fixture.seconds(5);
        var child = aws.roll(arn, root);
        aws.put(arn, child);
        aws.forgetShard(arn, root);
        fixture.advance(Duration.ofMinutes(2));
        assertThat(fixture.status().state()).isEqualTo(State.HALTED);
        assertThat(fixture.path.offered(child)).isEmpty();

        fixture.engine.resume(PollingFixture.TABLE);
        fixture.advance(Duration.ofMinutes(2));
        assertThat(fixture.path.offered(child)).hasSize(1);
        assertThat(fixture.events.gaps).hasSize(1);
    }

    @Test
    void oldStreamIsReadToItsEndBeforeTheNextOne() {
        var root = aws.addShard(arn, null);
        aws.put(arn, root, 150);
        fixture.path.hold(root, true);
        fixture.start();
        fixture.seconds(5);
        aws.put(arn, root, 10);
        aws.disableStream(PollingFixture.TABLE);
        var next = aws.enableStream(PollingFixture.TABLE, StreamViewType.NEW_IMAGE);
        var shard = aws.addShard(next, null);
        var numbers = aws.put(next, shard, 3);
        fixture.advance(Duration.ofMinutes(5));
        assertThat(fixture.path.offered(shard)).isEmpty();
        assertThat(fixture.events.gaps).isEmpty();

        fixture.path.hold(root, false);
        fixture.advance(Duration.ofMinutes(3));
        assertThat(fixture.path.offered(root)).hasSize(160).doesNotHaveDuplicates();
        assertThat(fixture.path.offered(shard)).isEqualTo(numbers);
        assertThat(fixture.events.gaps).singleElement().satisfies(gap -> {
            assertThat(gap.reason()).isEqualTo(GapDetected.Reason.STREAM_REPLACED);
            assertThat(gap.streamArn()).isEqualTo(arn);
        });
        assertThat(fixture.status().streamArn()).isEqualTo(next);
        assertThat(fixture.checkpoints.findAll())
                .extracting(Checkpoint::streamArn)
                .containsOnly(next);
    }

    @Test
    void streamReplacedWhileNobodyReadIsReadToItsEndFirst() {
        fixture.startAt = StartAt.LATEST;
        var root = aws.addShard(arn, null);
        fixture.start();
        aws.put(arn, root, 5);
        fixture.seconds(5);
        assertThat(fixture.stop()).isTrue();
        aws.put(arn, root, 10);
        aws.disableStream(PollingFixture.TABLE);
        var next = aws.enableStream(PollingFixture.TABLE, StreamViewType.NEW_IMAGE);
        var shard = aws.addShard(next, null);
        var numbers = aws.put(next, shard, 3);
        fixture.seconds(60);
        fixture.start();
        fixture.seconds(30);

        assertThat(fixture.path.offered(root)).hasSize(15);
        assertThat(fixture.path.offered(shard)).isEqualTo(numbers);
        assertThat(fixture.events.gaps).hasSize(1);

        assertThat(fixture.stop()).isTrue();
        fixture.start();
        fixture.advance(Duration.ofMinutes(3));
        assertThat(fixture.events.gaps).hasSize(1);
        assertThat(fixture.path.offered(shard)).isEqualTo(numbers);
    }

    @Test
    void streamThatIsGoneIsReplacedAtOnce() {
        var root = aws.addShard(arn, null);
        aws.put(arn, root, 5);
        fixture.start();
        fixture.seconds(5);
        aws.disableStream(PollingFixture.TABLE);
        var next = aws.enableStream(PollingFixture.TABLE, StreamViewType.NEW_IMAGE);
        aws.forgetStream(arn);
        var shard = aws.addShard(next, null);
        aws.put(next, shard, 3);
        fixture.seconds(30);

        assertThat(fixture.path.offered(shard)).hasSize(3);
        assertThat(fixture.events.gaps)
                .singleElement()
                .extracting(GapDetected::reason)
                .isEqualTo(GapDetected.Reason.STREAM_REPLACED);
    }

    @Test
    void haltsBeforeTheNextStream() {
        fixture.haltOnGap = true;
        var root = aws.addShard(arn, null);
        aws.put(arn, root, 5);
        fixture.start();
        fixture.seconds(5);
        aws.disableStream(PollingFixture.TABLE);
        var next = aws.enableStream(PollingFixture.TABLE, StreamViewType.NEW_IMAGE);
        var shard = aws.addShard(next, null);
        aws.put(next, shard, 3);
        fixture.advance(Duration.ofMinutes(5));
        assertThat(fixture.status().state()).isEqualTo(State.HALTED);
        assertThat(fixture.path.offered(shard)).isEmpty();

        fixture.engine.resume(PollingFixture.TABLE);
        fixture.advance(Duration.ofMinutes(5));
        assertThat(fixture.path.offered(shard)).hasSize(3);
        assertThat(fixture.events.gaps).hasSize(1);
        assertThat(fixture.status().state()).isEqualTo(State.RUNNING);
    }

    @Test
    void finishedShardsAreForgottenWhenTheyAreNoLongerListed() {
        var root = aws.addShard(arn, null);
        var child = aws.roll(arn, root);
        fixture.start();
        fixture.advance(Duration.ofMinutes(5));
        assertThat(fixture.checkpoints.position(root)).contains(new Position.ShardEnd());
        assertThat(fixture.status(root).state()).isEqualTo(ShardState.FINISHED);

        aws.forgetShard(arn, root);
        fixture.advance(Duration.ofMinutes(5));
        assertThat(fixture.checkpoints.position(root)).isEmpty();
        assertThat(fixture.checkpoints.position(child)).isPresent();
        assertThat(fixture.events.gaps).isEmpty();
    }

    @Test
    void lastCheckpointIsNeverForgotten() {
        fixture.startAt = StartAt.LATEST;
        var root = aws.addShard(arn, null);
        fixture.start();
        fixture.seconds(5);
        aws.closeShard(arn, root);
        fixture.seconds(60);
        aws.forgetShard(arn, root);
        fixture.advance(Duration.ofHours(1));
        assertThat(fixture.checkpoints.findAll()).hasSize(1);

        // So that this start is not the first, and what was written meanwhile is read.
        assertThat(fixture.stop()).isTrue();
        var shard = aws.addShard(arn, null);
        var number = aws.put(arn, shard);
        fixture.seconds(5);
        fixture.start();
        fixture.seconds(5);
        assertThat(fixture.path.offered(shard)).containsExactly(number);
    }

    @Test
    void streamThatIsBeingEnabledIsAskedAgainSoon() {
        fixture.start();
        assertThat(fixture.status().state()).isEqualTo(State.STARTING);
        fixture.seconds(2);
        var root = aws.addShard(arn, null);
        var number = aws.put(arn, root);
        fixture.seconds(5);

        assertThat(fixture.path.offered(root)).containsExactly(number);
    }

    private void assertDescribingIsPaced() {
        var calls = aws.calls(Operation.DESCRIBE_STREAM);
        for (int i = 0; i + 9 < calls.size(); i++) {
            assertThat(Duration.between(calls.get(i).at(), calls.get(i + 9).at()))
                    .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        }
    }
}
