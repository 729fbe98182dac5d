package io.onlyonce.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GroupSenderTests {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final BlockingQueue<Flight> flights = new LinkedBlockingQueue<>();
    private final GroupSender sender = sender(4, 100, 2);

    /** A call that is under way until the test ends it. */
    private record Flight(List<String> documents, CompletableFuture<List<RuntimeException>> answer) {

        void land() {
            answer.complete(Collections.nCopies(documents.size(), null));
        }
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private GroupSender sender(int messages, int bytes, int most) {
        return new GroupSender(
                new GroupSender.Limits(messages, bytes, most), this::call, () -> new IllegalStateException("stopped"));
    }

    private List<RuntimeException> call(List<OutgoingMessage> messages) {
        var flight = new Flight(messages.stream().map(OutgoingMessage::document).toList(), new CompletableFuture<>());
        flights.add(flight);
        return flight.answer().join();
    }

    private static OutgoingMessage message(String document, int size) {
        return new OutgoingMessage(new TestItem(Map.of(), Map.of(), document), document, size);
    }

    /** Sends on a thread of its own, and returns when the message is in the queue or on its way. */
    private Future<?> send(String document, int size) {
        var thread = new CompletableFuture<Thread>();
        var future = threads.submit(() -> {
            thread.complete(Thread.currentThread());
            sender.send(message(document, size));
        });
        Thread started = thread.join();
        await().until(() -> started.getState() == Thread.State.WAITING || future.isDone());
        return future;
    }

    private Future<?> send(String document) {
        return send(document, 1);
    }

    private Flight flight() throws InterruptedException {
        var flight = flights.poll(20, TimeUnit.SECONDS);
        assertThat(flight).isNotNull();
        return flight;
    }

    @Test
    void firstGoesAtOnceAndThoseThatPileUpGoTogether() throws Exception {
        var a = send("a");
        var first = flight();
        assertThat(first.documents()).containsExactly("a");
        var b = send("b");
        var c = send("c");
        assertThat(flights).isEmpty();
        first.land();
        var second = flight();
        assertThat(second.documents()).containsExactly("b", "c");
        a.get();
        second.land();
        b.get();
        c.get();
    }

    @Test
    void fullBatchGoesBesideAnother() throws Exception {
        send("a");
        var first = flight();
        var others = new ArrayList<Future<?>>();
        for (String document : List.of("b", "c", "d", "e", "f")) {
            others.add(send(document));
        }
        var second = flight();
        assertThat(second.documents()).containsExactly("b", "c", "d", "e");
        assertThat(flights).isEmpty();
        first.land();
        second.land();
        flight().land();
        for (var other : others) {
            other.get();
        }
    }

    @Test
    void noMoreBatchesAreUnderWayThanAllowed() throws Exception {
        for (int i = 0; i < 13; i++) {
            send("m" + i);
        }
        assertThat(flights).hasSize(2);
        flight().land();
        assertThat(flight().documents()).hasSize(4);
        var third = flight();
        assertThat(third.documents()).hasSize(4);
        assertThat(flights).isEmpty();
    }

    @Test
    void batchStaysBelowTheTargetsSize() throws Exception {
        send("a", 10);
        var first = flight();
        send("b", 60);
        send("c", 30);
        assertThat(flights).isEmpty();
        // What waits would now fill a batch, so it goes at once.
        send("d", 20);
        assertThat(flight().documents()).containsExactly("b", "c");
        first.land();
        assertThat(flights).isEmpty();
    }

    @Test
    void eachMessageHasAnEndOfItsOwn() throws Exception {
        send("a");
        var first = flight();
        var b = send("b");
        var c = send("c");
        first.land();
        flight().answer().complete(java.util.Arrays.asList(new IllegalStateException("refused"), null));
        assertThatThrownBy(b::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .hasMessage("refused");
        c.get();
    }

    @Test
    void failureOfTheCallIsThatOfAll() throws Exception {
        send("a");
        var first = flight();
        var b = send("b");
        var c = send("c");
        first.land();
        flight().answer().completeExceptionally(new OutOfMemoryError("for the test"));
        assertThatThrownBy(b::get).rootCause().hasMessage("for the test");
        assertThatThrownBy(c::get).rootCause().hasMessage("for the test");
        var d = send("d");
        flight().land();
        d.get();
    }

    @Test
    void whoIsInterruptedLeavesAndTheOthersGoOn() throws Exception {
        send("a");
        var first = flight();
        var failure = new CompletableFuture<Throwable>();
        var leaving = new Thread(() -> {
            try {
                sender.send(message("b", 1));
            } catch (IllegalStateException e) {
                failure.complete(e);
            }
        });
        leaving.start();
        await().until(() -> leaving.getState() == Thread.State.WAITING);
        var c = send("c");
        leaving.interrupt();
        assertThat(failure.get(20, TimeUnit.SECONDS)).hasMessage("stopped");
        first.land();
        var second = flight();
        assertThat(second.documents()).containsExactly("c");
        second.land();
        c.get();
    }

    @Test
    void manyThreadsEachGetTheirEnd() throws Exception {
        var sent = new CopyOnWriteArrayList<String>();
        var under = new AtomicInteger();
        var most = new AtomicInteger();
        var group = new GroupSender(
                new GroupSender.Limits(10, 1000, 3),
                messages -> {
                    most.accumulateAndGet(under.incrementAndGet(), Math::max);
                    assertThat(messages.size()).isBetween(1, 10);
                    java.util.concurrent.locks.LockSupport.parkNanos(
                            ThreadLocalRandom.current().nextInt(200_000));
                    messages.forEach(message -> sent.add(message.document()));
                    under.decrementAndGet();
                    return Collections.nCopies(messages.size(), null);
                },
                IllegalStateException::new);
        var all = new ArrayList<Future<?>>();
        for (int thread = 0; thread < 40; thread++) {
            int number = thread;
            all.add(threads.submit(() -> {
                for (int i = 0; i < 200; i++) {
                    group.send(message(number + "-" + i, 1));
                    assertThat(sent).isNotEmpty();
                }
            }));
        }
        for (var one : all) {
            one.get(50, TimeUnit.SECONDS);
        }
        assertThat(sent).hasSize(8000).doesNotHaveDuplicates();
        assertThat(most).hasValueLessThanOrEqualTo(3);
    }
}
