package io.onlyonce.polling;

import io.onlyonce.GapDetected;
import io.onlyonce.ShardCompleted;
import io.onlyonce.engine.ConsumerStatus.ShardStatus;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import io.onlyonce.engine.StartAt;
import io.onlyonce.engine.TableSource;
import io.onlyonce.fake.FakeStreams;
import io.onlyonce.fake.ManualTaskScheduler;
import io.onlyonce.publication.ConsumerListener;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** One table, its stream and an engine, on time that the test lets pass. */
final class PollingFixture {

    static final String TABLE = "orders";
    static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    final ManualTaskScheduler scheduler;
    final Random random;
    final FakeStreams aws;
    final SimpleCheckpoints checkpoints = new SimpleCheckpoints();
    final FakeRecordPath path;
    final Events events = new Events();
    final String arn;
    StartAt startAt = StartAt.TRIM_HORIZON;

    @Nullable String streamArn;

    int pageSize = 100;
    long pageMemory = 1 << 26;
    boolean haltOnGap;
    /** By how much the clock of the process is ahead of that of AWS. */
    Duration clockError = Duration.ZERO;

    PollingEngine engine;

    PollingFixture() {
        this(new ManualTaskScheduler(START), new Random(1));
    }

    PollingFixture(ManualTaskScheduler scheduler, Random random) {
        this.scheduler = scheduler;
        this.random = random;
        this.aws = new FakeStreams(scheduler.getClock(), random);
        this.path = new FakeRecordPath(scheduler);
        this.arn = aws.createTableWithStream(TABLE);
    }

    /** Starts an engine, a new one each time. */
    void start() {
        engine = newEngine(List.of(source()));
        engine.start();
    }

    TableSource source() {
        return new TableSource(TABLE, streamArn, startAt, true, path, checkpoints);
    }

    PollingEngine newEngine(List<TableSource> sources) {
        var settings = new PollingSettings(
                pageSize, pageMemory, Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(2), haltOnGap);
        return new PollingEngine(
                aws.tables(),
                aws.streams(),
                sources,
                settings,
                scheduler,
                events,
                Clock.offset(scheduler.getClock(), clockError),
                scheduler::nanoTime,
                random);
    }

    boolean stop() {
        return engine.stop(Duration.ofSeconds(2));
    }

    /** The process dies: nothing that was planned happens. */
    void crash() {
        scheduler.forgetAll();
        path.crash();
    }

    void advance(Duration time) {
        scheduler.advance(time);
    }

    void seconds(int seconds) {
        scheduler.advance(Duration.ofSeconds(seconds));
    }

    TableStatus status() {
        return engine.status().tables().get(0);
    }

    ShardStatus status(String shard) {
        return status().shards().stream()
                .filter(status -> status.id().equals(shard))
                .findFirst()
                .orElseThrow();
    }

    /** What the consumer listener was told. */
    static final class Events implements ConsumerListener {

        final List<GapDetected> gaps = new ArrayList<>();
        final List<String> completed = new ArrayList<>();
        final List<PollResult> polls = new ArrayList<>();
        volatile boolean breakDown;

        @Override
        public synchronized void gapDetected(GapDetected gap) {
            gaps.add(gap);
        }

        @Override
        public synchronized void shardCompleted(ShardCompleted shard) {
            completed.add(shard.shardId().value());
        }

        @Override
        public synchronized void polled(String table, PollResult result) {
            polls.add(result);
            if (breakDown) {
                throw new LinkageError("broken");
            }
        }
    }
}
