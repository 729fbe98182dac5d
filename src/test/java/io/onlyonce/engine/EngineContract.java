package io.onlyonce.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.onlyonce.GapDetected;
import io.onlyonce.GapDetected.Reason;
import io.onlyonce.actuate.StreamsEndpoint;
import io.onlyonce.backfill.BackfillCounts;
import io.onlyonce.backfill.Backfills;
import io.onlyonce.checkpoint.CheckpointStore;
import io.onlyonce.checkpoint.InMemoryCheckpointStore;
import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.engine.ConsumerStatus.ShardStatus;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import io.onlyonce.fake.FakeStreams;
import io.onlyonce.fake.FakeStreams.Operation;
import io.onlyonce.fake.SlowRecordPath;
import io.onlyonce.metrics.ConsumerGauges;
import io.onlyonce.metrics.ConsumerMetrics;
import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.publication.ConsumerListener.PollResult;
import io.onlyonce.publication.ConsumerListeners;
import io.onlyonce.stream.ShardId;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** What every engine does, whoever reads the shards. */
@ExtendWith(OutputCaptureExtension.class)
public abstract class EngineContract {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    protected final FakeStreams aws = new FakeStreams(Clock.systemUTC());

    private final String table = "t" + UUID.randomUUID().toString().substring(0, 8);
    private final String arn = aws.createTableWithStream(table);
    private final CheckpointStore checkpoints = new InMemoryCheckpointStore();
    private final SlowRecordPath path = new SlowRecordPath(Duration.ofMillis(2));
    private final List<Engine> engines = new ArrayList<>();
    private final List<GapDetected> gaps = Collections.synchronizedList(new ArrayList<>());
    private final List<String> completed = Collections.synchronizedList(new ArrayList<>());
    private final ConsumerCounts counts = new ConsumerCounts();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ConsumerMetrics metrics = new ConsumerMetrics(registry, List.of(table));
    private final ConsumerListener recording = new ConsumerListener() {
        @Override
        public void gapDetected(GapDetected gap) {
            gaps.add(gap);
        }

        @Override
        public void shardCompleted(io.onlyonce.ShardCompleted shard) {
            completed.add(shard.shardId().value());
        }
    };

    /** An engine that is not started, which reads {@link #aws} and goes on where the one before has stopped. */
    protected abstract Engine engine(TableSource source, ConsumerListener listener, boolean haltOnGap);

    @AfterEach
    void stop() {
        aws.heal();
        path.unblock();
        engines.forEach(engine -> engine.stop(PATIENCE));
    }

    @Test
    void recordsOfAShardArriveOnceAndInOrder() {
        var one = aws.addShard(arn, null);
        var other = aws.addShard(arn, null);
        var ofOne = new ArrayList<>(aws.put(arn, one, 120));
        var ofOther = new ArrayList<>(aws.put(arn, other, 30));
        start();
        await().until(() -> path.finished().size() >= 150);
        ofOne.addAll(aws.put(arn, one, 20));
        ofOther.addAll(aws.put(arn, other, 20));

        await().until(() -> path.finished().size() >= 190);

        assertThat(numbers()).hasSize(190);
        assertThat(numbers().stream().filter(ofOne::contains)).containsExactlyElementsOf(ofOne);
        assertThat(numbers().stream().filter(ofOther::contains)).containsExactlyElementsOf(ofOther);
    }

    @Test
    void parentsAreFinishedBeforeTheirChildrenBegin() {
        var parent = aws.addShard(arn, null);
        var ofParent = aws.put(arn, parent, 50);
        var children = aws.split(arn, parent, 2);
        var ofChildren = children.stream().map(child -> aws.put(arn, child, 10)).toList();
        start();
        await().until(() -> path.finished().size() >= 70);
        var grandchild = aws.roll(arn, children.get(0));
        var ofGrandchild = aws.put(arn, grandchild, 10);

        await().until(() -> path.finished().size() >= 80);

        var numbers = numbers();
        assertThat(numbers.subList(0, 50)).isEqualTo(ofParent);
        assertThat(numbers.subList(50, 70))
                .containsExactlyInAnyOrderElementsOf(
                        ofChildren.stream().flatMap(List::stream).toList());
        assertThat(numbers.subList(70, 80)).isEqualTo(ofGrandchild);
        await().untilAsserted(() -> assertThat(completed).containsExactly(parent, children.get(0)));
        assertThat(gaps).isEmpty();
    }

    @Test
    void latestPassesOverWhatIsThereAndLosesNothingAfterwards() {
        var shard = aws.addShard(arn, null);
        aws.put(arn, shard, 5);
        // AWS tells creation times in whole seconds.
        await().pollDelay(Duration.ofMillis(1_100)).until(() -> true);
        var engine = start(StartAt.LATEST, false);
        await().until(() -> shardOf(engine, shard).lastSuccessfulPoll() != null);
        var expected = new ArrayList<>(aws.put(arn, shard, 5));
        await().until(() -> path.finished().size() >= 5);
        assertThat(engine.stop(PATIENCE)).isTrue();
        expected.addAll(aws.put(arn, shard, 5));
        expected.addAll(aws.put(arn, aws.roll(arn, shard), 5));

        start(StartAt.LATEST, false);

        await().until(() -> path.finished().size() >= 15);
        assertThat(numbers()).isEqualTo(expected);
    }

    @Test
    void restartGoesOnAtTheCheckpoint() {
        var shard = aws.addShard(arn, null);
        var written = new ArrayList<>(aws.put(arn, shard, 100));
        var engine = start();
        await().until(() -> path.finished().size() >= 10);
        assertThat(engine.stop(PATIENCE)).isTrue();
        int finished = path.finished().size();
        written.addAll(aws.put(arn, shard, 10));
        assertThat(path.finished()).hasSize(finished);

        start();

        await().until(() -> path.finished().size() >= 110);
        assertThat(numbers()).isEqualTo(written);
    }

    @Test
    void sameEngineCanBeStartedAgain() {
        var shard = aws.addShard(arn, null);
        var written = new ArrayList<>(aws.put(arn, shard, 5));
        var engine = start();
        await().until(() -> path.finished().size() >= 5);
        assertThat(engine.stop(PATIENCE)).isTrue();
        assertThat(engine.status().role()).isEqualTo(Role.STOPPED);
        written.addAll(aws.put(arn, shard, 5));

        engine.start();

        await().until(() -> path.finished().size() >= 10);
        assertThat(numbers()).isEqualTo(written);
    }

    @Test
    void expiredIteratorsAndThrottlingLoseNothing() {
        var shard = aws.addShard(arn, null);
        var written = new ArrayList<>(aws.put(arn, shard, 5));
        start();
        await().until(() -> path.finished().size() >= 5);

        aws.iteratorLife(Duration.ofMillis(-1));
        await().until(() -> polls(PollResult.EXPIRED) > 0);
        aws.iteratorLife(Duration.ofMinutes(15));
        aws.failNext(Operation.GET_RECORDS, 2, FakeStreams::throttled);
        await().until(() -> polls(PollResult.THROTTLED) > 0);
        written.addAll(aws.put(arn, shard, 5));

        await().until(() -> path.finished().size() >= 10);
        assertThat(numbers()).isEqualTo(written);
        assertThat(gaps).isEmpty();
    }

    @Test
    void trimmedRecordsAreReportedAsAGapAndReadingGoesOn(CapturedOutput output) {
        var shard = aws.addShard(arn, null);
        var written = loseTwoRecords(shard);

        var engine = start();

        await().until(() -> path.finished().size() >= 6);
        assertThat(numbers()).isEqualTo(written);
        assertThat(gaps).singleElement().satisfies(gap -> {
            assertThat(gap.reason()).isEqualTo(Reason.TRIMMED);
            assertThat(gap.streamArn()).isEqualTo(arn);
            assertThat(gap.shardId()).isEqualTo(new ShardId(shard));
            assertThat(gap.after().digits()).isEqualTo(written.get(2));
        });
        assertThat(counts.of(table).gaps()).isEqualTo(1);
        assertThat(polls(PollResult.TRIMMED)).isPositive();
        assertThat(output.getOut().lines())
                .filteredOn(line -> line.contains("WARN"))
                .anySatisfy(line -> assertThat(line).contains(table, "TRIMMED", shard, written.get(2)));
        assertThat(status(engine).state()).isEqualTo(State.RUNNING);
    }

    @Test
    void beginningThatMayHaveBeenTrimmedBehindAProcessedParentIsReportedAsAGap() {
        var parent = aws.addShard(arn, null, Duration.ofHours(30));
        var written = new ArrayList<>(aws.put(arn, parent, 3));
        aws.closeShard(arn, parent);
        var child = aws.addShard(arn, parent, Duration.ofHours(27));
        aws.put(arn, child, 2);
        aws.trim(arn, child, 2);
        written.addAll(aws.put(arn, child, 3));

        start();

        await().until(() -> path.finished().size() >= 6);
        assertThat(numbers()).isEqualTo(written);
        assertThat(gaps).singleElement().satisfies(gap -> {
            assertThat(gap.reason()).isEqualTo(Reason.TRIMMED);
            assertThat(gap.streamArn()).isEqualTo(arn);
            assertThat(gap.shardId()).isEqualTo(new ShardId(child));
            assertThat(gap.after()).isNull();
        });
    }

    @Test
    void tableHaltsOnAGapIfSoConfiguredUntilItIsResumed() {
        var shard = aws.addShard(arn, null);
        var written = loseTwoRecords(shard);

        var engine = start(StartAt.TRIM_HORIZON, true);

        await().until(() -> status(engine).state() == State.HALTED);
        await().during(Duration.ofSeconds(2)).until(() -> path.finished().size() == 3);
        engine.resume(table);
        await().until(() -> path.finished().size() >= 6);
        assertThat(numbers()).isEqualTo(written);
    }

    /** Three records are processed, two are lost while nobody reads, and three more can be read. */
    private List<String> loseTwoRecords(String shard) {
        var written = new ArrayList<>(aws.put(arn, shard, 3));
        var before = start();
        await().until(() -> path.finished().size() >= 3);
        assertThat(before.stop(PATIENCE)).isTrue();
        aws.put(arn, shard, 2);
        written.addAll(aws.put(arn, shard, 3));
        aws.trim(arn, shard, 5);
        return written;
    }

    @Test
    void shardThatVanishedIsReportedAsAGapAndOthersGoOn() {
        var lost = aws.addShard(arn, null);
        var kept = aws.addShard(arn, null);
        aws.put(arn, lost, 3);
        aws.put(arn, kept, 3);
        var engine = start();
        await().until(() -> path.finished().size() >= 6);
        assertThat(engine.stop(PATIENCE)).isTrue();
        aws.forgetShard(arn, lost);
        var written = aws.put(arn, kept, 3);

        start();

        await().until(() -> path.finished().size() >= 9);
        assertThat(numbers().subList(6, 9)).isEqualTo(written);
        await().untilAsserted(() -> assertThat(gaps).singleElement().satisfies(gap -> {
            assertThat(gap.reason()).isEqualTo(Reason.SHARD_VANISHED);
            assertThat(gap.shardId()).isEqualTo(new ShardId(lost));
        }));
    }

    @Test
    void anotherStreamOfTheTableIsReadFromItsBeginningAndReportedAsAGap() {
        var shard = aws.addShard(arn, null);
        var written = new ArrayList<>(aws.put(arn, shard, 3));
        var engine = start();
        await().until(() -> path.finished().size() >= 3);
        assertThat(engine.stop(PATIENCE)).isTrue();
        aws.disableStream(table);
        var next = aws.enableStream(table, StreamViewType.NEW_AND_OLD_IMAGES);
        written.addAll(aws.put(next, aws.addShard(next, null), 3));

        start();

        await().until(() -> path.finished().size() >= 6);
        assertThat(numbers()).isEqualTo(written);
        assertThat(gaps).extracting(GapDetected::reason).containsExactly(Reason.STREAM_REPLACED);
    }

    @Test
    void pausedTableIsNotReadUntilItIsResumed() {
        var shard = aws.addShard(arn, null);
        var written = new ArrayList<>(aws.put(arn, shard, 5));
        var engine = start();
        await().until(() -> path.finished().size() >= 5);

        engine.pause(table);
        written.addAll(aws.put(arn, shard, 5));

        assertThat(status(engine).state()).isEqualTo(State.PAUSED);
        await().during(Duration.ofSeconds(3)).until(() -> path.finished().size() == 5);
        assertThat(shardOf(engine, shard).state()).isEqualTo(ShardState.PAUSED);
        engine.resume(table);
        await().until(() -> path.finished().size() >= 10);
        assertThat(numbers()).isEqualTo(written);
        assertThat(status(engine).state()).isEqualTo(State.RUNNING);
    }

    @Test
    void endpointAndMetersTellWhatIsRead() {
        var parent = aws.addShard(arn, null);
        var numbers = aws.put(arn, parent, 3);
        var engine = start();
        new ConsumerGauges(engine, List.of(table)).bindTo(registry);

        await().untilAsserted(
                        () -> assertThat(shardOf(engine, parent).checkpoint()).isEqualTo(numbers.get(2)));
        await().until(() -> lag() < 3);
        assertThat(registry.get("onlyonce.shards")
                        .tags("table", table, "state", "reading")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(registry.get("onlyonce.retention.headroom").gauge().value()).isGreaterThan(23 * 3600);
        assertThat(polls(PollResult.RECORDS)).isPositive();
        assertThat(polls(PollResult.EMPTY)).isPositive();
        var described =
                new StreamsEndpoint("billing", engine, counts, new Backfills(new BackfillCounts(), Map.of())).streams();
        assertThat(described.engine()).isEqualTo(engine.name());
        assertThat(described.role()).isEqualTo("active");
        assertThat(described.tables().get(table)).satisfies(of -> {
            assertThat(of.streamArn()).isEqualTo(arn);
            assertThat(of.status()).isEqualTo("running");
            assertThat(of.iteratorLag()).isLessThan(5);
            assertThat(of.shards()).singleElement().satisfies(shard -> {
                assertThat(shard.id()).isEqualTo(parent);
                assertThat(shard.state()).isEqualTo("reading");
                assertThat(shard.sinceLastAnswerSeconds()).isLessThan(5);
            });
        });
        path.block();
        aws.put(arn, parent, 3);
        await().until(() -> lag() > 3);
        assertThat(shardOf(engine, parent).state()).isEqualTo(ShardState.BLOCKED);
    }

    private Engine start() {
        return start(StartAt.TRIM_HORIZON, false);
    }

    private Engine start(StartAt startAt, boolean haltOnGap) {
        var listener =
                new ConsumerListeners(Stream.of(recording, counts, metrics).toList());
        var engine = engine(new TableSource(table, null, startAt, true, path, checkpoints), listener, haltOnGap);
        engines.add(engine);
        engine.start();
        return engine;
    }

    /** Sequence numbers of what has reached its end, in that order. */
    private List<String> numbers() {
        return path.finished().stream()
                .map(finished -> finished.sequenceNumber().digits())
                .toList();
    }

    private double polls(PollResult result) {
        return registry.get("onlyonce.polls")
                .tags("table", table, "result", result.name().toLowerCase(java.util.Locale.ROOT))
                .counter()
                .count();
    }

    private double lag() {
        return registry.get("onlyonce.iterator.lag").gauge().value();
    }

    private static TableStatus status(Engine engine) {
        return engine.status().tables().get(0);
    }

    private static ShardStatus shardOf(Engine engine, String shard) {
        return status(engine).shards().stream()
                .filter(each -> each.id().equals(shard))
                .findFirst()
                .orElseGet(() -> new ShardStatus(
                        shard,
                        null,
                        ShardState.WAITING,
                        null,
                        null,
                        Duration.ZERO,
                        null,
                        Duration.ZERO,
                        Duration.ZERO));
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(1));
    }
}
