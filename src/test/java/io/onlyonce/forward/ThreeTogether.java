package io.onlyonce.forward;

import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Sends three items, a, b and c, in one call, because they pile up behind a first one whose answer is held back. */
final class ThreeTogether {

    private ThreeTogether() {}

    /** What became of each of the three, in their order. */
    static List<@Nullable Throwable> send(AwsStub stub, String firstAnswer, String answer, Consumer<TestItem> target)
            throws InterruptedException {
        var piledUp = new CountDownLatch(1);
        stub.thenAfter(piledUp, firstAnswer).then(200, answer);
        List<Thread> threads = new ArrayList<>();
        List<@Nullable Throwable> failures = new ArrayList<>(Collections.nCopies(4, new AssertionError("not sent")));
        for (String id : List.of("first", "a", "b", "c")) {
            int number = threads.size();
            var keys = Map.of("id", AttributeValue.fromS(id));
            var thread = new Thread(() -> {
                failures.set(number, catchThrowable(() -> target.accept(new TestItem(keys, keys, id))));
            });
            threads.add(thread);
            thread.start();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> number == 0 ? !stub.requests().isEmpty() : thread.getState() == Thread.State.WAITING);
        }
        piledUp.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        return failures.subList(1, 4);
    }
}
