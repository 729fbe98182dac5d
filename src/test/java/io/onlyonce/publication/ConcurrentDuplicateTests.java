package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.eventually;
import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.TestRecords.eventId;
import static io.onlyonce.publication.TestRecords.insert;
import static io.onlyonce.publication.TestRecords.inserts;
import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.DuplicateKind;
import io.onlyonce.fake.ManualTaskScheduler;
import io.onlyonce.ledger.Claim;
import io.onlyonce.ledger.ClaimToken;
import io.onlyonce.ledger.Ledger;
import io.onlyonce.ledger.Progress;
import io.onlyonce.publication.ConsumerListener.LedgerOperation;
import io.onlyonce.publication.ConsumerListener.RecordOutcome;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConcurrentDuplicateTests {

    private final SharedWorld world = new SharedWorld();
    private final List<String> delivered = new CopyOnWriteArrayList<>();

    private RecordPathFixture.Builder recording() {
        return process()
                .in(world)
                .key("item-key")
                .listener("a", event -> delivered.add(event.eventId() + (event.redelivered() ? " again" : "")));
    }

    private static Claim claim(int event, String item, String process, long number) {
        return new Claim("id=S:" + item, eventId(event), "", new ClaimToken(process, number));
    }

    @Test
    void theSecondOfTwoOnDifferentShardsWaitsAndIsThenDropped() {
        var begun = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        try (var process = process()
                .key("item-key")
                .listener("a", event -> {
                    delivered.add(event.eventId());
                    if (event.eventId().equals(eventId(1))) {
                        begun.countDown();
                        go.await();
                    }
                })
                .start()) {
            var one = process.open("one").offer(insert(1, "x"));
            eventually().until(() -> begun.getCount() == 0);
            var two = process.open("two").offer(insert(2, "x"), insert(3, "y"));
            eventually().untilAsserted(() -> assertThat(two.delivery.problem())
                    .contains(eventId(2))
                    .contains("another delivery"));
            assertThat(two.positions).isEmpty();
            go.countDown();
            two.awaitPosition(insert(3));
            one.awaitPosition(insert(1));

            assertThat(delivered).containsExactly(eventId(1), eventId(3));
            eventually().untilAsserted(() -> assertThat(process.observed.count(DuplicateKind.REINSERT))
                    .isOne());
        }
    }

    @Test
    void aDuplicateBehindItsFirstOnTheSameShardLetsNoClaimsGo() {
        try (var process = recording().start()) {
            process.ledger().before(() -> eventually().until(() -> delivered.size() > 0), LedgerOperation.COMPLETE);
            var records = new ArrayList<StreamRecord>();
            for (int n = 1; n <= 60; n += 2) {
                records.add(insert(n, "item-" + n));
                records.add(insert(n + 1, "item-" + n));
            }
            process.open("s").offer(records).awaitPosition(insert(60));

            assertThat(delivered).hasSize(30);
            assertThat(process.ledger().calls(LedgerOperation.RELEASE)).isEmpty();
        }
    }

    @Test
    void aPageReadTwiceRunsOnce() {
        try (var process = recording().start()) {
            var shard = process.open("s").offer(inserts(1, 100)).offer(inserts(1, 100));
            shard.awaitPosition(insert(100));

            assertThat(delivered).containsExactlyElementsOf(eventIds(inserts(1, 100)));
            eventually().untilAsserted(() -> assertThat(process.observed.count(DuplicateKind.REDELIVERY))
                    .isEqualTo(100));
        }
    }

    @Test
    void twoDeliveriesOfOneShardRunEachRecordOnce() {
        try (var process = recording().start()) {
            var one = process.open("s");
            var two = process.open("s");
            for (int page = 0; page < 10; page++) {
                one.offer(inserts(page * 20 + 1, page * 20 + 20));
                two.offer(inserts(page * 20 + 1, page * 20 + 20));
            }
            one.awaitPosition(insert(200));
            two.awaitPosition(insert(200));

            assertThat(delivered).containsExactlyInAnyOrderElementsOf(eventIds(inserts(1, 200)));
        }
    }

    private static List<String> eventIds(List<StreamRecord> records) {
        return records.stream().map(StreamRecord::eventId).toList();
    }

    /** One shard holds x then y, the other y then x, and both keys were claimed by the wrong one: each lets go what it does not need next. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void crossingKeysOfTwoShardsDoNotDeadlock(int processes) {
        try (var one = recording().start();
                var other = processes == 1 ? null : recording().start()) {
            var left = one.open("left");
            var right = (other == null ? one : other).open("right");
            world.ledger(RecordPathFixture.TABLE).claim(List.of(claim(90, "x", "dead", 1), claim(91, "y", "dead", 2)));
            left.offer(insert(1, "x"), insert(2, "y"));
            right.offer(insert(11, "y"), insert(12, "x"));
            eventually().until(() -> left.delivery.problem() != null && right.delivery.problem() != null);
            world.ledger(RecordPathFixture.TABLE)
                    .release(List.of(claim(90, "x", "dead", 1), claim(91, "y", "dead", 2)));
            left.awaitPosition(insert(2));
            right.awaitPosition(insert(12));

            assertThat(delivered).hasSize(2);
        }
    }

    /**
     * One shard has entered y and the other x, each behind a record that goes first, and both keys are claimed elsewhere. When x and y have become the next records, each shard has what the other
     * needs, without a claim that could be let go.
     */
    @Test
    void crossingKeysThatAreClaimedElsewhereDoNotDeadlock() {
        var time = new ManualTaskScheduler();
        var steps = new StepExecutor();
        var held = List.of(claim(90, "x", "elsewhere", 1), claim(91, "y", "elsewhere", 2));
        world.ledger(RecordPathFixture.TABLE).claim(held);
        try (var process = recording().time(time).executor(steps).start()) {
            var before = process.open("before").offer(insert(1, "x"));
            var left = process.open("left").offer(insert(11, "p"), insert(12, "x"), insert(13, "y"));
            var right = process.open("right").offer(insert(21, "q"), insert(22, "y"), insert(23, "x"));
            steps.run(1);
            steps.run(1);
            assertThat(before.delivery.close()).isNotDone();
            steps.run(0);
            int wakeLeft = steps.size() - 3;
            int wakeRight = wakeLeft + 1;
            steps.run(wakeRight);
            steps.runAll();
            assertThat(delivered).containsExactlyInAnyOrder(eventId(11), eventId(21));
            assertThat(left.delivery.problem()).contains(eventId(12));
            assertThat(right.delivery.problem()).contains(eventId(22));
            world.ledger(RecordPathFixture.TABLE).release(held);
            for (int second = 0; second < 10; second++) {
                time.advance(Duration.ofSeconds(1));
                steps.runAll();
            }

            assertThat(left.delivery.unfinished()).isZero();
            assertThat(right.delivery.unfinished()).isZero();
            assertThat(delivered).hasSize(4);
        }
    }

    /** Some keys are also held by a process that lets them go in the end, so that records wait for it in every place of a shard. */
    @RepeatedTest(10)
    void manyCrossingKeysAcrossShardsAndProcessesAreEachDeliveredOnce() {
        long seed = System.nanoTime();
        System.out.println("manyCrossingKeysAcrossShardsAndProcessesAreEachDeliveredOnce: seed " + seed);
        var random = new Random(seed);
        int shards = 2 + random.nextInt(4);
        int count = 5 + random.nextInt(40);
        int items = 2 + random.nextInt(10);
        Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();
        var builder = process()
                .in(world)
                .key("item-key")
                .concurrency(random.nextBoolean() ? 1 : 4)
                .listener("a", event -> runs.computeIfAbsent(event.deduplicationKey(), key -> new AtomicInteger())
                        .incrementAndGet());
        var held = IntStream.range(0, items)
                .filter(item -> random.nextBoolean())
                .mapToObj(item -> claim(9000 + item, "item-" + item, "elsewhere", item))
                .collect(Collectors.toCollection(ArrayList::new));
        Ledger ledger = world.ledger(RecordPathFixture.TABLE);
        try (var one = builder.start();
                var other = builder.start()) {
            if (!held.isEmpty()) {
                ledger.claim(held);
            }
            var open = new ArrayList<OpenShard>();
            var last = new ArrayList<StreamRecord>();
            for (int shard = 0; shard < shards; shard++) {
                int base = shard * 1000;
                var records = IntStream.rangeClosed(base + 1, base + count)
                        .mapToObj(number -> insert(number, "item-" + random.nextInt(items)))
                        .toList();
                records.forEach(
                        record -> runs.computeIfAbsent(ItemKeys.text(record.keys()), key -> new AtomicInteger()));
                last.add(insert(base + count));
                open.add((random.nextInt(3) > 0 ? one : other).open("s" + shard).offer(records));
            }
            Collections.shuffle(held, random);
            for (Claim claim : held) {
                one.awaitQuiet();
                ledger.release(List.of(claim));
            }
            for (int shard = 0; shard < shards; shard++) {
                open.get(shard).awaitPosition(last.get(shard));
            }

            assertThat(runs.values()).as("seed %d", seed).allMatch(number -> number.get() == 1);
        }
    }

    @Test
    void aClaimOfADeadProcessIsTakenOverAfterTheClaimTimeout() {
        var time = new ManualTaskScheduler();
        world.ledger(RecordPathFixture.TABLE).claim(List.of(claim(90, "x", "dead", 1)));
        try (var process =
                recording().time(time).claimTimeout(Duration.ofSeconds(60)).start()) {
            var shard = process.open("s").offer(insert(1, "x"), insert(2, "y"));
            passInSteps(time, process, Duration.ofSeconds(59));
            assertThat(delivered).isEmpty();
            eventually().until(() -> {
                time.advance(Duration.ofMillis(500));
                return delivered.size() == 2;
            });
            shard.awaitPosition(insert(2));

            assertThat(delivered).containsExactly("event-1 again", eventId(2));
        }
    }

    @Test
    void aClaimWhoseAttemptsChangeIsNotTakenOver() {
        var time = new ManualTaskScheduler();
        var ledger = world.ledger(RecordPathFixture.TABLE);
        var held = claim(90, "x", "alive", 1);
        ledger.claim(List.of(held));
        try (var process =
                recording().time(time).claimTimeout(Duration.ofSeconds(60)).start()) {
            var shard = process.open("s").offer(insert(1, "x"));
            for (int attempts = 1; attempts <= 4; attempts++) {
                passInSteps(time, process, Duration.ofSeconds(40));
                ledger.saveProgress(List.of(new Progress(held, Set.of(), attempts)));
            }
            assertThat(delivered).isEmpty();
            assertThat(process.ledger().calls(LedgerOperation.TAKE_OVER)).isEmpty();
            ledger.complete(List.of(held));
            eventually().until(() -> {
                time.advance(Duration.ofMillis(500));
                return !shard.positions.isEmpty();
            });

            assertThat(delivered).isEmpty();
            eventually().untilAsserted(() -> assertThat(process.observed.count(RecordOutcome.DUPLICATE))
                    .isOne());
        }
    }

    /** Lets time pass so that everything that looks again at intervals has done so. */
    private static void passInSteps(ManualTaskScheduler time, RecordPathFixture process, Duration duration) {
        var step = Duration.ofMillis(500);
        for (Duration passed = Duration.ZERO; passed.compareTo(duration) < 0; passed = passed.plus(step)) {
            time.advance(step);
            process.awaitQuiet();
        }
    }

    @Test
    void anOldClaimIsLetGoAndClaimedAnewBeforeItRuns() {
        var time = new ManualTaskScheduler();
        var go = new CountDownLatch(1);
        var begun = new CountDownLatch(1);
        try (var process = process()
                .in(world)
                .time(time)
                .claimTimeout(Duration.ofSeconds(60))
                .listener("a", event -> {
                    delivered.add(event.eventId() + (event.redelivered() ? " again" : ""));
                    begun.countDown();
                    go.await();
                })
                .start()) {
            var shard = process.open("s").offer(inserts(1, 3));
            eventually().until(() -> begun.getCount() == 0);
            time.advance(Duration.ofSeconds(31));
            go.countDown();
            shard.awaitPosition(insert(3));

            assertThat(delivered).containsExactly(eventId(1), eventId(2), eventId(3));
            assertThat(process.ledger().keys(LedgerOperation.RELEASE)).containsExactly(eventId(2), eventId(3));
            assertThat(process.ledger().keys(LedgerOperation.CLAIM))
                    .containsExactly(eventId(1), eventId(2), eventId(3), eventId(2), eventId(3));
        }
    }
}
