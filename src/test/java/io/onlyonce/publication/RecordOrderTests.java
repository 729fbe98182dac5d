package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.eventually;
import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.TestRecords.eventId;
import static io.onlyonce.publication.TestRecords.insert;
import static io.onlyonce.publication.TestRecords.inserts;
import static io.onlyonce.publication.TestRecords.modify;
import static io.onlyonce.publication.TestRecords.remove;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.onlyonce.DuplicateDropped;
import io.onlyonce.DuplicateKind;
import io.onlyonce.publication.ConsumerListener.LedgerOperation;
import io.onlyonce.publication.ConsumerListener.RecordOutcome;
import io.onlyonce.stream.EventName;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.StreamRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class RecordOrderTests {

    private final List<String> first = new CopyOnWriteArrayList<>();
    private final List<String> second = new CopyOnWriteArrayList<>();

    private RecordPathFixture.Builder twoListeners() {
        return process()
                .listener("first", event -> first.add(event.eventId()))
                .listener("second", event -> second.add(event.eventId()));
    }

    private static List<String> eventIds(List<StreamRecord> records) {
        return records.stream().map(StreamRecord::eventId).toList();
    }

    @Test
    void everyInsertReachesEachListenerOnceAndInOrder() {
        try (var process = twoListeners().start()) {
            var shard = process.open("a");
            for (int page = 0; page < 10; page++) {
                shard.offer(inserts(page * 100 + 1, page * 100 + 100));
            }
            shard.awaitPosition(insert(1000));

            assertThat(first).isEqualTo(eventIds(inserts(1, 1000)));
            assertThat(second).isEqualTo(eventIds(inserts(1, 1000)));
            eventually().untilAsserted(() -> assertThat(process.observed.count(RecordOutcome.PROCESSED))
                    .isEqualTo(1000));
            assertThat(process.observed.delivered).hasSize(1000);
            assertThat(shard.delivery.problem()).isNull();
            assertThat(shard.delivery.oldestUnfinished()).isNull();
        }
    }

    @Test
    void modifiesAndRemovesAreOnlyCounted() {
        try (var process = twoListeners().start()) {
            var shard = process.open("a");
            shard.offer(insert(1), modify(2, "item-1"), insert(3), remove(4, "item-1"), modify(5, "item-3"));
            shard.awaitPosition(modify(5, "item-3"));

            assertThat(first).containsExactly(eventId(1), eventId(3));
            eventually().untilAsserted(() -> assertThat(process.observed.finished)
                    .extracting(Object::toString)
                    .containsExactlyInAnyOrder(
                            finished(EventName.INSERT, RecordOutcome.PROCESSED),
                            finished(EventName.INSERT, RecordOutcome.PROCESSED),
                            finished(EventName.MODIFY, RecordOutcome.DUPLICATE),
                            finished(EventName.MODIFY, RecordOutcome.DUPLICATE),
                            finished(EventName.REMOVE, RecordOutcome.SKIPPED)));
            assertThat(process.observed.duplicates)
                    .first()
                    .isEqualTo(new DuplicateDropped(
                            RecordPathFixture.TABLE,
                            DuplicateKind.REWRITE,
                            eventId(2),
                            "id=S:item-1",
                            TestRecords.shard("a"),
                            modify(2, "").sequenceNumber()));
            assertThat(process.ledger().keys(LedgerOperation.CLAIM)).containsExactly(eventId(1), eventId(3));
        }
    }

    private static String finished(EventName event, RecordOutcome outcome) {
        return new RecordingConsumerListener.Finished(event, outcome).toString();
    }

    @Test
    void aRewriteThatIsReadAgainIsNotCountedAgain() throws Exception {
        try (var process = twoListeners().start()) {
            var once = process.open("a");
            once.offer(insert(1), modify(2, "item-1")).awaitPosition(modify(2, "item-1"));
            once.close();
            var again = process.open("a");
            again.offer(insert(1), modify(2, "item-1"), modify(3, "item-1")).awaitPosition(modify(3, "item-1"));

            assertThat(process.observed.count(DuplicateKind.REWRITE)).isEqualTo(2);
            assertThat(process.observed.count(RecordOutcome.SKIPPED)).isOne();
            eventually().untilAsserted(() -> assertThat(process.observed.count(DuplicateKind.REDELIVERY))
                    .isOne());
        }
    }

    @Test
    void aPageOfModifiesAloneIsPassedWithoutTheLedger() {
        try (var process = twoListeners().start()) {
            var shard = process.open("a").offer(modify(1, "x"), modify(2, "x"));
            shard.awaitPosition(modify(2, "x"));

            assertThat(process.ledger().calls(LedgerOperation.CLAIM)).isEmpty();
        }
    }

    @Test
    void duplicatesAreDroppedAndCountedByKind() {
        var green = Map.of("colour", AttributeValue.fromS("green"));
        var blue = Map.of("colour", AttributeValue.fromS("blue"));
        try (var process = twoListeners().key("item-key").start()) {
            process.open("a").offer(insert(1, "x", green)).awaitPosition(insert(1));
            var again = process.open("b").offer(insert(1, "x", green), insert(2, "x", green), insert(3, "x", blue));
            again.awaitPosition(insert(3));

            assertThat(first).containsExactly(eventId(1));
            eventually().untilAsserted(() -> assertThat(process.observed.duplicates)
                    .extracting(DuplicateDropped::kind)
                    .containsExactlyInAnyOrder(
                            DuplicateKind.REDELIVERY, DuplicateKind.REINSERT, DuplicateKind.CONFLICT));
            assertThat(process.observed.count(RecordOutcome.DUPLICATE)).isEqualTo(3);
        }
    }

    @Test
    void recordsOfAPageThatWasReadTwiceAreCountedUnderTheirKeys() {
        var green = Map.of("colour", AttributeValue.fromS("green"));
        try (var process = twoListeners().key("colour").start()) {
            process.open("a").delivery.passOver(List.of(insert(1, "x", green), insert(2, "y"), modify(3, "x")));

            assertThat(process.observed.duplicates)
                    .extracting(DuplicateDropped::kind, DuplicateDropped::deduplicationKey)
                    .containsExactly(
                            tuple(DuplicateKind.REDELIVERY, "green"), tuple(DuplicateKind.REDELIVERY, eventId(2)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void oneOfManyRecordsWithOneKeyIsDelivered(int concurrency) {
        try (var process =
                twoListeners().concurrency(concurrency).key("item-key").start()) {
            var records =
                    IntStream.rangeClosed(1, 1000).mapToObj(n -> insert(n, "x")).toList();
            process.open("a").offer(records).awaitPosition(insert(1000));

            assertThat(first).containsExactly(eventId(1));
            eventually().untilAsserted(() -> assertThat(process.observed.count(DuplicateKind.REINSERT))
                    .isEqualTo(999));
        }
    }

    @Test
    void progressNeverPassesAnUnfinishedRecord() throws Exception {
        var hold = new CountDownLatch(1);
        try (var process = process()
                .listener("slow", event -> {
                    if (event.eventId().equals(eventId(5))) {
                        hold.await();
                    }
                })
                .start()) {
            var shard = process.open("a").offer(inserts(1, 10));
            eventually()
                    .untilAsserted(() -> assertThat(shard.delivery.unfinished()).isEqualTo(6));
            assertThat(shard.delivery.oldestUnfinished()).isEqualTo(insert(5).createdAt());
            assertThat(shard.delivery.runningFor()).isPositive();
            hold.countDown();
            shard.awaitPosition(insert(10));

            assertThat(shard.delivery.runningFor()).isZero();
            assertThat(shard.positions).isSortedAccordingTo((one, other) -> one.isBeyond(other) ? 1 : -1);
            assertThat(shard.positions)
                    .filteredOn(position ->
                            position.sequenceNumber().isAfter(insert(4).sequenceNumber()))
                    .isNotEmpty();
            assertThat(shard.positions)
                    .last()
                    .isEqualTo(new Position.After(
                            insert(10).sequenceNumber(), insert(10).createdAt()));
        }
    }

    @Test
    void shardsDoNotWaitForEachOther() {
        var hold = new CountDownLatch(1);
        try (var process = process()
                .listener("slow", event -> {
                    if (event.eventId().equals(eventId(1))) {
                        hold.await();
                    }
                })
                .start()) {
            process.open("a").offer(inserts(1, 10));
            process.open("b").offer(inserts(11, 20)).awaitPosition(insert(20));
            hold.countDown();
        }
    }

    /** Records of few items come in pages while others are still running, so that lanes empty and fill all the time. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4, 16})
    void orderHoldsPerItemWhateverFails(int concurrency) {
        long seed = System.nanoTime();
        System.out.println("orderHoldsPerItemWhateverFails(" + concurrency + "): seed " + seed);
        var random = new Random(seed);
        int items = 7;
        int count = 5000;
        Map<String, List<String>> done = new ConcurrentHashMap<>();
        Map<String, AtomicBoolean> inHand = new ConcurrentHashMap<>();
        List<String> overlaps = new CopyOnWriteArrayList<>();
        try (var process = process()
                .concurrency(concurrency)
                .listener("one", event -> {
                    String item = event.keys().get("id").s();
                    var busy = inHand.computeIfAbsent(item, key -> new AtomicBoolean());
                    if (!busy.compareAndSet(false, true)) {
                        overlaps.add(event.eventId());
                    }
                    try {
                        if (new Random(seed + event.eventId().hashCode() + event.attempt()).nextInt(20) == 0
                                && event.attempt() < 4) {
                            throw new IllegalStateException("at random");
                        }
                        done.computeIfAbsent(item, key -> Collections.synchronizedList(new ArrayList<>()))
                                .add(event.eventId());
                    } finally {
                        busy.set(false);
                    }
                })
                .start()) {
            List<StreamRecord> records = IntStream.rangeClosed(1, count)
                    .mapToObj(number -> insert(number, "item-" + random.nextInt(items)))
                    .toList();
            var shard = process.open("a");
            int offered = 0;
            while (offered < count) {
                int page = Math.min(count - offered, 1 + random.nextInt(30));
                shard.offer(records.subList(offered, offered + page));
                offered += page;
                int most = random.nextInt(60);
                eventually().until(() -> shard.delivery.unfinished() <= most);
            }
            shard.awaitPosition(insert(count));

            assertThat(overlaps).as("seed %d", seed).isEmpty();
            done.forEach((item, events) -> assertThat(events)
                    .as("seed %d, %s", seed, item)
                    .isEqualTo(records.stream()
                            .filter(record -> record.keys().get("id").s().equals(item))
                            .map(StreamRecord::eventId)
                            .toList()));
            assertThat(new HashSet<>(process.ledger().keys(LedgerOperation.COMPLETE)))
                    .hasSize(count);
        }
    }
}
