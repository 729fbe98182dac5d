package io.onlyonce.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.stream.Position;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every checkpoint store does. */
abstract class CheckpointStoreContract {

    static final String STREAM =
            "arn:aws:dynamodb:eu-central-1:000000000000:table/orders/stream/2026-03-01T12:00:00.000";
    static final ShardId SHARD = new ShardId("shardId-00000001700000000000-0a0b0c0d");

    private static final String NEXT_STREAM =
            "arn:aws:dynamodb:eu-central-1:000000000000:table/orders/stream/2026-04-01T12:00:00.000";
    private static final ShardId CHILD = new ShardId("shardId-00000001700000014400-0a0b0c0d");
    private static final Instant SINCE = Instant.parse("2026-03-01T12:00:00Z");
    private static final Position TRIM_HORIZON = new Position.TrimHorizon();
    private static final Position LATEST = new Position.Latest(SINCE);
    private static final Position END = new Position.ShardEnd();

    /** The store under test, empty for each test. */
    abstract CheckpointStore store();

    @Test
    void isEmptyAtFirst() {
        assertThat(store().findAll()).isEmpty();
    }

    @Test
    void keepsEveryKindOfPosition() {
        var checkpoints = List.of(
                new Checkpoint(STREAM, new ShardId("shardId-1"), null, TRIM_HORIZON),
                new Checkpoint(STREAM, new ShardId("shardId-2"), null, LATEST),
                new Checkpoint(STREAM, new ShardId("shardId-3"), new ShardId("shardId-1"), after("123")),
                new Checkpoint(STREAM, new ShardId("shardId-4"), new ShardId("shardId-2"), END));

        for (var checkpoint : checkpoints) {
            assertThat(store().advance(checkpoint)).isTrue();
        }

        assertThat(store().findAll()).containsExactlyInAnyOrderElementsOf(checkpoints);
    }

    @Test
    void movesForwardFromStartToEnd() {
        for (var position : List.of(LATEST, after("9"), after("10"), END)) {
            assertThat(store().advance(at(position))).isTrue();
            assertThat(store().findAll()).containsExactly(at(position));
        }
    }

    @Test
    void staysWhereItIsForWhatIsNotBeyond() {
        store().advance(at(after("10")));

        for (var position : List.of(TRIM_HORIZON, LATEST, after("9"), after("10"), after("0000000010"))) {
            assertThat(store().advance(at(position))).isFalse();
        }
        assertThat(store().findAll()).containsExactly(at(after("10")));
    }

    @Test
    void endOfAShardIsFinal() {
        store().advance(at(END));

        for (var position : List.of(TRIM_HORIZON, LATEST, after("9".repeat(40)), END)) {
            assertThat(store().advance(at(position))).isFalse();
        }
        assertThat(store().findAll()).containsExactly(at(END));
    }

    @Test
    void startIsNotReplacedByAnotherStart() {
        store().advance(at(LATEST));

        assertThat(store().advance(at(TRIM_HORIZON))).isFalse();
        assertThat(store().advance(at(new Position.Latest(SINCE.plusSeconds(60)))))
                .isFalse();
        assertThat(store().findAll()).containsExactly(at(LATEST));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "7",
                "000000000000000000001",
                "400000000000000000001",
                "0000000000000000000000000000000000000001",
                "9999999999999999999999999999999999999999",
                "00000000009999999999999999999999999999999999999999"
            })
    void keepsSequenceNumbersAsTheyWereWritten(String digits) {
        store().advance(at(after(digits)));

        assertThat(store().findAll()).containsExactly(at(after(digits)));
    }

    @ParameterizedTest
    @CsvSource({
        "9, 10",
        "0, 1",
        "099, 100",
        "99, 0100",
        "999999999999999999999, 1000000000000000000000",
        "9999999999999999999999999999999999999998, 9999999999999999999999999999999999999999",
        "000000000000000000000000000000000000000000009, 10"
    })
    void ordersSequenceNumbersByValue(String smaller, String greater) {
        store().advance(at(after(smaller)));

        assertThat(store().advance(at(after(greater)))).isTrue();
        assertThat(store().advance(at(after(smaller)))).isFalse();
        assertThat(store().findAll()).containsExactly(at(after(greater)));
    }

    @Test
    void sequenceNumberZeroIsBeyondTheStart() {
        store().advance(at(TRIM_HORIZON));

        assertThat(store().advance(at(after("0")))).isTrue();
    }

    @Test
    void shardsAndStreamsMoveOnTheirOwn() {
        var shard = new Checkpoint(STREAM, SHARD, null, END);
        var child = new Checkpoint(STREAM, CHILD, SHARD, after("5"));
        var namesake = new Checkpoint(NEXT_STREAM, SHARD, null, LATEST);

        assertThat(store().advance(shard)).isTrue();
        assertThat(store().advance(child)).isTrue();
        assertThat(store().advance(namesake)).isTrue();

        assertThat(store().findAll()).containsExactlyInAnyOrder(shard, child, namesake);
    }

    @Test
    void deletedShardIsForgotten() {
        var namesake = new Checkpoint(NEXT_STREAM, SHARD, null, LATEST);
        store().advance(at(END));
        store().advance(namesake);

        store().delete(STREAM, SHARD);
        store().delete(STREAM, SHARD);

        assertThat(store().findAll()).containsExactly(namesake);
        assertThat(store().advance(at(TRIM_HORIZON))).isTrue();
    }

    @Test
    void racingWritersEndAtTheFurthest() throws Exception {
        int writers = 4;
        int records = 50;
        var executor = Executors.newFixedThreadPool(writers);
        try {
            var work = IntStream.range(0, writers)
                    .<Callable<Integer>>mapToObj(writer -> () -> {
                        int moved = 0;
                        for (int i = writer; i < records; i += writers - 1) {
                            moved += store().advance(at(after(Integer.toString(i)))) ? 1 : 0;
                        }
                        return moved;
                    })
                    .toList();
            var moved = new ArrayList<Integer>();
            for (Future<Integer> future : executor.invokeAll(work)) {
                moved.add(future.get());
            }

            assertThat(store().findAll()).containsExactly(at(after(Integer.toString(records - 1))));
            assertThat(moved.stream().mapToInt(Integer::intValue).sum()).isBetween(1, records);
        } finally {
            executor.shutdownNow();
        }
    }

    static Checkpoint at(Position position) {
        return at(position, null);
    }

    static Checkpoint at(Position position, @Nullable ShardId parent) {
        return new Checkpoint(STREAM, SHARD, parent, position);
    }

    static Position.After after(String digits) {
        return new Position.After(new SequenceNumber(digits), Instant.parse("2026-03-01T12:00:01Z"));
    }
}
