package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.eventually;
import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.SharedWorld.effect;
import static io.onlyonce.publication.TestRecords.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.ItemInserted;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Processes that die, stall or close at any step, each followed by another on the same ledger, from the checkpoints so far. Whatever happens, no record is missing, no event has two runs that are not marked,
 * and what is committed is committed once.
 */
class CrashSimulationTests {

    private static final int SHARDS = 2;

    private final SharedWorld world = new SharedWorld();
    private final Map<String, Integer> runs = new ConcurrentHashMap<>();
    private final Map<String, Integer> unmarkedRuns = new ConcurrentHashMap<>();
    private final Map<Integer, Position.After> checkpoints = new ConcurrentHashMap<>();

    /** How a process ends. */
    private enum End {
        CRASH,
        /** Goes on later, when another has taken its shards over. */
        STALL,
        CLOSE
    }

    /** Counts down to the end of a process. What a process does in a step, it does wholly or not at all. */
    private static final class Life {

        private final End end;
        private final CountDownLatch ended = new CountDownLatch(1);
        private final CountDownLatch resumed = new CountDownLatch(1);
        private int stepsLeft;

        Life(End end, int steps) {
            this.end = end;
            this.stepsLeft = steps;
        }

        synchronized <T> T step(Supplier<T> step) {
            if (stepsLeft-- <= 0) {
                ended.countDown();
                if (end == End.CRASH) {
                    throw ScriptedLedger.unavailable();
                }
                if (end == End.STALL) {
                    stall();
                }
            }
            return step.get();
        }

        private void stall() {
            try {
                resumed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw ScriptedLedger.unavailable();
            }
        }

        boolean isCrashed() {
            return end == End.CRASH && ended.getCount() == 0;
        }
    }

    static LongStream seeds() {
        return new Random().longs(Integer.getInteger("onlyonce.crash-seeds", 20));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nothingIsMissingAndNothingIsDoubled(long seed) throws Exception {
        System.out.println("nothingIsMissingAndNothingIsDoubled: seed " + seed);
        var random = new Random(seed);
        var records = records(random);
        int concurrency = random.nextBoolean() ? 1 : 4;
        var processes = new ArrayList<RecordPathFixture>();
        var lives = new ArrayList<Life>();
        try {
            int generations = 2 + random.nextInt(6);
            for (int generation = 1; generation <= generations; generation++) {
                var end = End.values()[random.nextInt(3)];
                int steps = generation == generations ? Integer.MAX_VALUE : 1 + random.nextInt(150);
                var life = new Life(end, steps);
                lives.add(life);
                var process = start(life, concurrency, random.nextLong());
                processes.add(process);
                boolean last = generation == generations;
                var shards = new ArrayList<OpenShard>();
                for (int shard = 0; shard < SHARDS; shard++) {
                    shards.add(open(process, life, shard, records.get(shard), random));
                }
                if (last) {
                    lives.forEach(before -> before.resumed.countDown());
                }
                eventually().until(() -> {
                    reopenLost(shards, process, life, records, random);
                    return life.ended.getCount() == 0 || isAtEnd(records);
                });
                if (end == End.CLOSE || last) {
                    for (OpenShard shard : shards) {
                        shard.close();
                    }
                }
            }
        } finally {
            processes.forEach(RecordPathFixture::close);
        }

        assertThat(isAtEnd(records)).as("seed %d", seed).isTrue();
        var keys = records.values().stream()
                .flatMap(List::stream)
                .map(record -> ItemKeys.text(record.keys()))
                .distinct()
                .toList();
        assertThat(runs.keySet()).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(unmarkedRuns.values()).as("seed %d", seed).allMatch(count -> count == 1);
        assertThat(world.committed.keySet()).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(world.committed.values()).as("seed %d", seed).allMatch(count -> count == 1);
    }

    /** Some records carry the key of an earlier one, on the same shard or another. */
    private static Map<Integer, List<StreamRecord>> records(Random random) {
        Map<Integer, List<StreamRecord>> records = new HashMap<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            int base = shard * 1000;
            records.put(
                    shard,
                    IntStream.rangeClosed(base + 1, base + 10 + random.nextInt(60))
                            .mapToObj(number -> insert(
                                    number, random.nextInt(6) == 0 ? "shared-" + random.nextInt(5) : "item-" + number))
                            .toList());
        }
        return records;
    }

    private RecordPathFixture start(Life life, int concurrency, long seed) {
        var process = process()
                .in(world)
                .key("item-key")
                .concurrency(concurrency)
                .claimTimeout(Duration.ofSeconds(1))
                .listener("outside", event -> life.step(() -> run(event)))
                .listener("committing", event -> {
                    if (event.attempt() < 3 && new Random(seed + event.eventId().hashCode()).nextInt(10) == 0) {
                        throw new IllegalStateException("at random");
                    }
                    event.commitWith(effect(event.deduplicationKey()));
                })
                .start();
        process.ledger().around((operation, keys, call) -> {
            Object answer = life.step(call::get);
            return life.step(() -> answer);
        });
        return process;
    }

    private Object run(ItemInserted<?> event) {
        runs.merge(event.deduplicationKey(), 1, Integer::sum);
        if (!event.redelivered()) {
            unmarkedRuns.merge(event.eventId(), 1, Integer::sum);
        }
        return event;
    }

    private OpenShard open(
            RecordPathFixture process, Life life, int number, List<StreamRecord> records, Random random) {
        var shard = new OpenShard(process.path(), "s" + number) {
            @Override
            public void progressed(Position.After position) {
                if (!life.isCrashed()) {
                    checkpoints.merge(number, position, (one, other) -> other.isBeyond(one) ? other : one);
                }
                super.progressed(position);
            }
        };
        var rest = records.stream()
                .filter(record -> isAfter(record, checkpoints.get(number)))
                .toList();
        int offered = 0;
        while (offered < rest.size()) {
            int page = Math.min(rest.size() - offered, 1 + random.nextInt(40));
            shard.offer(rest.subList(offered, offered + page));
            offered += page;
        }
        return shard;
    }

    /** What an engine does that still holds a shard: a process that had stalled may have taken a record over. */
    private void reopenLost(
            List<OpenShard> shards,
            RecordPathFixture process,
            Life life,
            Map<Integer, List<StreamRecord>> records,
            Random random) {
        for (int shard = 0; shard < SHARDS; shard++) {
            var lost = shards.get(shard).losses.get() > 0 && life.ended.getCount() > 0;
            if (lost && shards.get(shard).delivery.close().isDone()) {
                shards.set(shard, open(process, life, shard, records.get(shard), random));
            }
        }
    }

    private static boolean isAfter(StreamRecord record, Position.After checkpoint) {
        return checkpoint == null || record.sequenceNumber().isAfter(checkpoint.sequenceNumber());
    }

    private boolean isAtEnd(Map<Integer, List<StreamRecord>> records) {
        return records.entrySet().stream().allMatch(shard -> {
            var last = shard.getValue().get(shard.getValue().size() - 1);
            return !isAfter(last, checkpoints.get(shard.getKey()));
        });
    }
}
