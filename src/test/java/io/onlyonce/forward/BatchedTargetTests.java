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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

@Timeout(60)
class BatchedTargetTests {

    private final List<List<String>> calls = new CopyOnWriteArrayList<>();
    private final CountDownLatch gate = new CountDownLatch(1);
    private final BatchedTarget target =
            new BatchedTarget(new AwsFailures("The queue"), new BatchedTarget.Size(0, 10_000), this::send);

    /** Refuses each call that holds the item named bad, after a first call that waits. */
    private List<RuntimeException> send(List<OutgoingMessage> messages) {
        var ids = messages.stream()
                .map(message -> JsonPath.<String>read(message.document(), "$.data.id"))
                .toList();
        calls.add(ids);
        if (ids.contains("first")) {
            awaitGate();
        }
        if (ids.contains("bad")) {
            throw AwsServiceException.builder()
                    .statusCode(400)
                    .message("no")
                    .awsErrorDetails(AwsErrorDetails.builder()
                            .errorCode("InvalidMessageContents")
                            .build())
                    .build();
        }
        return Collections.nCopies(messages.size(), null);
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
        var failures = new ConcurrentHashMap<String, Throwable>();
        var sends = Stream.of("first", "a", "bad", "b")
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
        assertThat(failures).containsOnlyKeys("bad");
        assertThat(failures.get("bad"))
                .isInstanceOf(FatalFailureException.class)
                .hasMessage("The queue answered InvalidMessageContents");
        assertThat(calls)
                .containsExactly(
                        List.of("first"), List.of("a", "bad", "b"), List.of("a"), List.of("bad"), List.of("b"));
    }

    @Test
    void answerThatIsTooShortCountsForNoMessage() {
        var shortened = new BatchedTarget(
                new AwsFailures("The queue"), new BatchedTarget.Size(0, 10_000), messages -> List.of());
        var keys = Map.of("id", AttributeValue.fromS("a"));
        assertThatThrownBy(() -> shortened.send(new TestItem(keys, keys, "a"))).isInstanceOf(RetryLaterException.class);
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
