package io.onlyonce.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.ledger.ClaimOutcome.Claimed;
import io.onlyonce.ledger.ClaimOutcome.Duplicate;
import io.onlyonce.ledger.ClaimOutcome.InProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every ledger does when several claim at once. */
abstract class LedgerRaceContract extends LedgerContract {

    private static final int THREADS = 4;
    private static final int BATCHES = 4;

    @Test
    void oneOfSeveralEventsWinsEachKey() throws Exception {
        var claims = inParallel(thread -> IntStream.range(0, BATCHES)
                .mapToObj(batch -> batch(batch, "event-" + thread, "process-" + thread))
                .flatMap(batch -> ledger().claim(batch).stream())
                .toList());

        for (int key = 0; key < BATCHES * Ledger.MAX_BATCH; key++) {
            var outcomes = at(key, claims);
            assertThat(outcomes).filteredOn(Claimed.FRESH::equals).hasSize(1);
            assertThat(outcomes).filteredOn(InProgress.class::isInstance).hasSize(THREADS - 1);
        }
    }

    @Test
    void oneOfSeveralDeliveriesInAProcessWinsEachKey() throws Exception {
        var claims = inParallel(thread -> IntStream.range(0, BATCHES)
                .mapToObj(batch -> batch(batch, "event", "process"))
                .flatMap(batch -> ledger().claim(batch).stream())
                .toList());

        for (int key = 0; key < BATCHES * Ledger.MAX_BATCH; key++) {
            var outcomes = at(key, claims);
            assertThat(outcomes).filteredOn(Claimed.FRESH::equals).hasSize(1);
            assertThat(outcomes).filteredOn(InProgress.class::isInstance).hasSize(THREADS - 1);
        }
    }

    @Test
    void processesThatTakeEachOtherOverLeaveOneHolder() throws Exception {
        var batches = IntStream.range(0, THREADS)
                .mapToObj(thread -> IntStream.range(0, BATCHES)
                        .mapToObj(batch -> batch(batch, "event", "process-" + thread))
                        .toList())
                .toList();
        var claims = inParallel(thread -> batches.get(thread).stream()
                .flatMap(batch -> ledger().claim(batch).stream())
                .toList());
        var held = inParallel(thread -> batches.get(thread).stream()
                .flatMap(batch ->
                        ledger()
                                .saveProgress(batch.stream()
                                        .map(claim -> new Progress(claim, Set.of(), 1))
                                        .toList())
                                .stream())
                .toList());

        for (int key = 0; key < BATCHES * Ledger.MAX_BATCH; key++) {
            assertThat(at(key, claims)).filteredOn(Claimed.FRESH::equals).hasSize(1);
            assertThat(at(key, claims))
                    .filteredOn(new Claimed(true, Set.of(), 0)::equals)
                    .hasSize(THREADS - 1);
            assertThat(at(key, held)).filteredOn(Boolean::booleanValue).hasSize(1);
        }
    }

    @Test
    void concurrentOwnersCommitEachEffectOnce() throws Exception {
        int keys = 10;
        int rounds = 3;
        inParallel(thread -> {
            for (int round = 0; round < rounds; round++) {
                for (int key = 0; key < keys; key++) {
                    deliver("key-" + key, "process-" + thread + "-" + round);
                }
            }
            return List.of();
        });

        for (int key = 0; key < keys; key++) {
            assertThat(effects("key-" + key)).isOne();
            assertThat(claim(claim("key-" + key, "event", "later"))).isInstanceOf(Duplicate.class);
        }
    }

    /** A whole delivery, as a process would do it that holds the shard or believes so, its last answer lost. */
    private void deliver(String key, String process) {
        var claim = claim(key, "event", process);
        if (claim(claim) instanceof Claimed
                && ledger().commit(claim, "one", Set.of(), List.of(effect(key))).isWritten()
                && ledger().commit(claim, "one", Set.of(), List.of(effect(key))).isWritten()) {
            ledger().complete(List.of(claim));
        }
    }

    private static List<Claim> batch(int number, String eventId, String process) {
        return IntStream.range(0, Ledger.MAX_BATCH)
                .mapToObj(i -> claim("key-" + number + "-" + i, eventId, process))
                .toList();
    }

    private static <T> List<T> at(int key, List<List<T>> byThread) {
        return byThread.stream().map(answers -> answers.get(key)).toList();
    }

    private static <T> List<List<T>> inParallel(IntFunction<List<T>> work) throws Exception {
        var executor = Executors.newFixedThreadPool(THREADS);
        try {
            var start = new CyclicBarrier(THREADS);
            var futures = new ArrayList<Future<List<T>>>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                futures.add(executor.submit(() -> {
                    start.await();
                    return work.apply(thread);
                }));
            }
            var results = new ArrayList<List<T>>();
            for (var future : futures) {
                results.add(future.get());
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }
}
