package io.onlyonce.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import io.onlyonce.publication.FatalFailureException;
import io.onlyonce.publication.RetryLaterException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

@Timeout(60)
class BatchedTargetTests {

    private final List<List<String>> calls = new CopyOnWriteArrayList<>();
    private final CountDownLatch gate = new CountDownLatch(1);
    private volatile @Nullable CyclicBarrier together;
    private final BatchedTarget target =
            new BatchedTarget(new AwsFailures("The queue"), new BatchedTarget.Size(0, 10_000), this::send);

    /** Fails for each call that holds an item of a telling name, after a first call that waits. */
    private List<RuntimeException> send(List<OutgoingMessage> messages) {
        var ids = messages.stream()
                .map(message -> JsonPath.<String>read(message.document(), "$.data.id"))
                .toList();
        calls.add(ids);
        if (ids.contains("first")) {
            awaitGate();
        }
        if (ids.size() == 1 && !ids.contains("first") && together != null) {
            awaitOthers(together);
        }
        if (ids.contains("bad")) {
            throw answer(400, "InvalidMessageContents");
        }
        if (ids.contains("throttled")) {
            throw answer(429, "Throttling");
        }
        if (ids.contains("broken")) {
            throw new IllegalStateException("for the test");
        }
        if (ids.contains("fatal")) {
            throw new LinkageError("for the test");
        }
        return Collections.nCopies(messages.size(), null);
    }

    private static AwsServiceException answer(int status, String code) {
        return AwsServiceException.builder()
                .statusCode(status)
                .message("no")
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                .build();
    }

    private static void awaitOthers(CyclicBarrier barrier) {
        try {
            barrier.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("They go one after the other", e);
        }
    }

    private void awaitGate() {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void itemThatIsRefusedTakesNoOtherWithIt() {
        var failures = sendTogether("first", "a", "bad", "b");
        assertThat(failures).containsOnlyKeys("bad");
        assertThat(failures.get("bad"))
                .isInstanceOf(FatalFailureException.class)
                .hasMessage("The queue answered InvalidMessageContents");
        assertThat(calls)
                .startsWith(List.of("first"), List.of("a", "bad", "b"))
                .containsExactlyInAnyOrder(
                        List.of("first"), List.of("a", "bad", "b"), List.of("a"), List.of("bad"), List.of("b"));
    }

    @Test
    void messagesOfARefusedCallGoAtTheSameTime() {
        together = new CyclicBarrier(3);
        var failures = sendTogether("first", "a", "bad", "b");
        assertThat(failures).containsOnlyKeys("bad");
    }

    @Test
    void failureOfTheProgramTakesNoOtherMessageWithIt() {
        var failures = sendTogether("first", "a", "broken", "b");
        assertThat(failures).containsOnlyKeys("broken");
        assertThat(failures.get("broken")).hasMessage("for the test");
    }

    @Test
    void callThatIsWorthARetryIsNotMadeForEachMessage() {
        var failures = sendTogether("first", "a", "throttled", "b");
        assertThat(failures).containsOnlyKeys("a", "throttled", "b");
        assertThat(failures.get("a")).isInstanceOf(RetryLaterException.class);
        assertThat(calls).hasSize(2);
    }

    @Test
    void errorIsThatOfTheWholeCall() {
        var failures = sendTogether("first", "a", "fatal", "b");
        assertThat(failures).containsOnlyKeys("a", "fatal", "b");
        assertThat(calls).hasSize(2);
    }

    @Test
    void answerThatIsTooShortCountsForNoMessage() {
        var shortened = new BatchedTarget(
                new AwsFailures("The queue"), new BatchedTarget.Size(0, 10_000), messages -> List.of());
        var keys = Map.of("id", AttributeValue.fromS("a"));
        assertThatThrownBy(() -> shortened.send(new TestItem(keys, keys, "a"))).isInstanceOf(RetryLaterException.class);
    }

    /** Failures by item; all but the first item share a call. */
    private Map<String, Throwable> sendTogether(String... ids) {
        var failures = new ConcurrentHashMap<String, Throwable>();
        var sends = Stream.of(ids)
                .map(id -> {
                    var thread = new Thread(() -> send(id, failures));
                    thread.start();
                    await().until(() -> thread.getState() == Thread.State.WAITING);
                    return thread;
                })
                .toList();
        gate.countDown();
        for (Thread thread : sends) {
            CompletableFuture.runAsync(() -> join(thread)).join();
        }
        return failures;
    }

    private void send(String id, Map<String, Throwable> failures) {
        var keys = Map.of("id", AttributeValue.fromS(id));
        try {
            target.send(new TestItem(keys, keys, id));
        } catch (RuntimeException e) {
            failures.put(id, e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
