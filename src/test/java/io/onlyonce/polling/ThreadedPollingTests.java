package io.onlyonce.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.onlyonce.engine.StartAt;
import io.onlyonce.engine.TableSource;
import io.onlyonce.fake.FakeStreams;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

/** Many shards on few real threads. */
class ThreadedPollingTests {

    private static final Duration SOON = Duration.ofSeconds(60);

    private final ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
    private final FakeStreams aws = new FakeStreams(Clock.systemUTC(), new Random(7));
    private final String arn = aws.createTableWithStream("orders");
    private final SimpleCheckpoints checkpoints = new SimpleCheckpoints();
    private final Map<String, List<String>> written = new LinkedHashMap<>();
    private FakeRecordPath path;
    private PollingEngine engine;

    @AfterEach
    void stop() {
        engine.stop(Duration.ofSeconds(5));
        scheduler.shutdown();
    }

    @Test
    void everyRecordOfManyShardsIsOfferedInOrderThroughSplitsFaultsAndRestarts() {
        start();
        aws.misbehave(0.02, 0.1, 0.5);
        for (int i = 0; i < 40; i++) {
            written.put(aws.addShard(arn, null), new ArrayList<>());
        }
        for (int round = 0; round < 5; round++) {
            for (var shard : aws.openShards(arn)) {
                written.get(shard).addAll(aws.put(arn, shard, 20));
            }
            for (var shard : aws.openShards(arn).subList(0, 5)) {
                aws.split(arn, shard, 2).forEach(child -> written.put(child, new ArrayList<>()));
            }
            if (round == 2) {
                assertThat(engine.stop(Duration.ofSeconds(10))).isTrue();
                engine.start();
            }
        }
        aws.heal();

        int total = written.values().stream().mapToInt(List::size).sum();
        await().atMost(SOON).until(() -> path.finished().stream().distinct().count() == total);
        written.forEach((shard, numbers) ->
                assertThat(path.finished(shard).stream().distinct()).as(shard).isEqualTo(numbers));
        assertThat(path.violations()).isEmpty();
    }

    @Test
    void stopsWhileReadsAreUnderWay() {
        start();
        for (int i = 0; i < 100; i++) {
            aws.put(arn, aws.addShard(arn, null), 200);
        }
        engine.pause("orders");
        engine.resume("orders");
        await().atMost(SOON).until(() -> path.finished().size() > 100);
        assertThat(engine.stop(Duration.ofSeconds(20))).isTrue();
        assertThat(path.openShards()).isEmpty();
        int offered = path.offered().size();
        assertThat(path.violations()).isEmpty();
        assertThat(path.offered()).hasSize(offered);
    }

    private void start() {
        scheduler.setPoolSize(4);
        scheduler.initialize();
        path = new FakeRecordPath(scheduler);
        engine = new PollingEngine(
                aws.tables(),
                aws.streams(),
                List.of(new TableSource("orders", null, StartAt.TRIM_HORIZON, true, path, checkpoints)),
                new PollingSettings(
                        50, 1 << 26, Duration.ofMillis(10), Duration.ofMillis(50), Duration.ofSeconds(2), false),
                scheduler,
                new PollingFixture.Events(),
                Clock.systemUTC());
        engine.start();
    }
}
