package io.onlyonce.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.GapDetected;
import io.onlyonce.fake.FakeStreams;
import io.onlyonce.fake.FakeStreams.ShardFilterSupport;
import io.onlyonce.fake.ManualTaskScheduler;
import io.onlyonce.stream.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Random shard trees, faults, crashes and restarts; a failure names its seed. */
class RandomStreamTests {

    private static final int SEEDS = 60;

    static Stream<Arguments> seeds() {
        return IntStream.range(0, Integer.getInteger("onlyonce.seeds", SEEDS)).mapToObj(Arguments::of);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyRecordIsOfferedInOrderAndParentsComeFirst(int seed) {
        var run = new Run(seed, false);
        run.play();
        run.settle();
        run.assertNothingIsMissing();
        run.assertOrder();
        assertThat(run.fixture.events.gaps).isEmpty();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatTrimmingTookIsReported(int seed) {
        var run = new Run(seed, true);
        run.play();
        run.settle();
        run.assertMissingRecordsLieInGaps();
    }

    private static final class Run {

        private final Random random;
        private final boolean losses;
        private final PollingFixture fixture;
        private final FakeStreams aws;
        private final String arn;
        private final Map<String, List<String>> written = new LinkedHashMap<>();
        private final Map<String, String> parents = new HashMap<>();
        private final Map<String, Integer> trimmed = new HashMap<>();
        private final Map<String, Integer> forgotten = new HashMap<>();
        private final Map<String, Position> checked = new HashMap<>();

        private Run(int seed, boolean losses) {
            this.random = new Random(seed);
            this.losses = losses;
            this.fixture = new PollingFixture(new ManualTaskScheduler(PollingFixture.START, random), random);
            this.aws = fixture.aws;
            this.arn = fixture.arn;
            fixture.pageSize = 1 + random.nextInt(20);
            fixture.path.finishAtOnce(unfinished -> 1 + random.nextInt(unfinished));
            var filters = List.of(ShardFilterSupport.values());
            aws.shardFilter(filters.get(random.nextInt(filters.size())));
            aws.listingPageSize(1 + random.nextInt(8));
            if (random.nextInt(3) == 0) {
                aws.listNewestFirst();
            }
            aws.iteratorLife(Duration.ofMillis(500 + random.nextInt(10_000)));
            aws.misbehave(random.nextDouble() / 4, random.nextDouble() / 2, random.nextDouble());
        }

        private void play() {
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                root();
            }
            start();
            for (int i = 0; i < 120; i++) {
                act();
                fixture.scheduler.advance(Duration.ofMillis(random.nextInt(random.nextInt(20) == 0 ? 60_000 : 500)));
                assertCheckpointsAreBehindWhatIsFinished();
            }
        }

        private void act() {
            var open = aws.openShards(arn);
            var shard = open.isEmpty() ? root() : open.get(random.nextInt(open.size()));
            switch (random.nextInt(losses ? 13 : 11)) {
                case 0, 1, 2, 3 -> written.get(shard).addAll(aws.put(arn, shard, 1 + random.nextInt(30)));
                case 4 -> {
                    if (written.size() < 40) {
                        aws.split(arn, shard, 1 + random.nextInt(3)).forEach(child -> adopt(child, shard));
                    }
                }
                case 5 -> {
                    // A shard whose children appear later.
                    aws.closeShard(arn, shard);
                    fixture.scheduler.advance(Duration.ofMillis(random.nextInt(90_000)));
                    adopt(aws.addShard(arn, shard), shard);
                }
                case 6 -> aws.listAsOpen(arn, shard);
                case 7 -> restart(random.nextBoolean());
                case 8 -> fixture.path.finishAfter(Duration.ofMillis(random.nextInt(200)));
                case 9 -> {
                    var openShards = fixture.path.openShards();
                    if (!openShards.isEmpty()) {
                        var held = openShards.get(random.nextInt(openShards.size()));
                        if (random.nextBoolean()) {
                            fixture.path.loseClaim(held);
                            forgetWhatHasNoCheckpoint(held);
                        } else {
                            fixture.path.hold(held, true);
                            fixture.scheduler.advance(Duration.ofMillis(random.nextInt(5_000)));
                            fixture.path.hold(held, false);
                        }
                    }
                }
                case 10 -> fixture.checkpoints.failNext(random.nextInt(4));
                default -> lose();
            }
        }

        private String root() {
            var id = aws.addShard(arn, null);
            written.put(id, new ArrayList<>());
            return id;
        }

        private void adopt(String child, String parent) {
            written.put(child, new ArrayList<>());
            parents.put(child, parent);
        }

        private void lose() {
            var shards = List.copyOf(written.keySet());
            var shard = shards.get(random.nextInt(shards.size()));
            int left = written.get(shard).size() - trimmed.getOrDefault(shard, 0);
            if (left > 0) {
                int count = 1 + random.nextInt(left);
                aws.trim(arn, shard, count);
                trimmed.merge(shard, count, Integer::sum);
            }
        }

        private void start() {
            fixture.start();
        }

        private void restart(boolean crash) {
            if (crash) {
                fixture.crash();
            } else {
                fixture.checkpoints.failNext(0);
                fixture.stop();
                fixture.crash();
            }
            written.keySet().forEach(this::forgetWhatHasNoCheckpoint);
            start();
        }

        private void forgetWhatHasNoCheckpoint(String shard) {
            if (fixture.checkpoints.position(shard).orElse(null) instanceof Position.TrimHorizon) {
                forgotten.put(shard, fixture.path.offered(shard).size());
            }
        }

        private void settle() {
            aws.heal();
            fixture.checkpoints.failNext(0);
            aws.iteratorLife(Duration.ofMinutes(15));
            fixture.scheduler.advance(Duration.ofMinutes(3));
        }

        private void assertNothingIsMissing() {
            written.forEach((shard, numbers) -> {
                assertThat(new HashSet<>(fixture.path.finished(shard)))
                        .as(shard)
                        .hasSameElementsAs(numbers);
            });
            assertThat(fixture.path.violations()).isEmpty();
        }

        /** In each life of the process, a shard's records come in order, and none before its parent's. */
        private void assertOrder() {
            var offered = fixture.path.offered();
            var finished = new HashSet<String>();
            var position = new HashMap<String, Integer>();
            written.values().forEach(numbers -> IntStream.range(0, numbers.size())
                    .forEach(i -> position.put(numbers.get(i), i)));
            var reached = new HashMap<String, Integer>();
            for (int i = 0; i < offered.size(); i++) {
                var seen = offered.get(i);
                int place = position.get(seen.number());
                // Never a jump over a record that was not offered before.
                assertThat(place).as("place of %s", seen).isLessThanOrEqualTo(reached.getOrDefault(seen.shard(), 0));
                reached.merge(seen.shard(), place + 1, Math::max);
                var parent = parents.get(seen.shard());
                if (parent != null && finished.add(seen.shard())) {
                    assertThat(reached.getOrDefault(parent, 0))
                            .as("parent of %s", seen)
                            .isEqualTo(written.get(parent).size());
                }
            }
        }

        private void assertCheckpointsAreBehindWhatIsFinished() {
            for (var shard : written.keySet()) {
                var position = fixture.checkpoints.position(shard).orElse(null);
                if (Objects.equals(position, checked.put(shard, position))) {
                    continue;
                }
                var finished = new HashSet<>(fixture.path.finished(shard));
                if (position instanceof Position.After after) {
                    assertThat(finished)
                            .as(shard)
                            .contains(after.sequenceNumber().digits());
                    if (!losses) {
                        int place = written.get(shard)
                                .indexOf(after.sequenceNumber().digits());
                        assertThat(finished)
                                .as(shard)
                                .containsAll(written.get(shard).subList(0, place + 1));
                    }
                } else if (position instanceof Position.ShardEnd && !losses) {
                    assertThat(finished).as(shard).containsAll(written.get(shard));
                }
            }
        }

        private void assertMissingRecordsLieInGaps() {
            written.forEach((shard, numbers) -> {
                var finished = new HashSet<>(fixture.path.finished(shard));
                var gaps = fixture.events.gaps.stream()
                        .filter(gap ->
                                gap.shardId() != null && gap.shardId().value().equals(shard))
                        .toList();
                numbers.stream().filter(number -> !finished.contains(number)).forEach(number -> {
                    assertThat(trimmed.getOrDefault(shard, 0))
                            .as("%s of %s", number, shard)
                            .isGreaterThan(numbers.indexOf(number));
                    if (leftATrace(shard, number)) {
                        assertThat(gaps).as("%s of %s", number, shard).anyMatch(gap -> lies(number, gap));
                    }
                });
            });
        }

        /** What was trimmed before anything of the shard was read leaves no trace: the shard looks as if it began later. So does what was read by a process that ended before it finished a record. */
        private boolean leftATrace(String shard, String number) {
            return fixture.path.offered(shard).stream()
                    .skip(forgotten.getOrDefault(shard, 0))
                    .anyMatch(offered -> offered.compareTo(number) < 0);
        }

        private static boolean lies(String number, GapDetected gap) {
            return (gap.after() == null || gap.after().digits().compareTo(number) < 0)
                    && (gap.before() == null || gap.before().digits().compareTo(number) > 0);
        }
    }
}
