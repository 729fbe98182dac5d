package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.SharedWorld.effect;
import static io.onlyonce.publication.TestRecords.eventId;
import static io.onlyonce.publication.TestRecords.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.ItemInserted;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.event.EventListener;
import org.springframework.core.retry.RetryPolicy;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbBean;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbPartitionKey;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What is in an item stays out of the log, however its delivery fails. */
@ExtendWith(OutputCaptureExtension.class)
class LoggedContentTests {

    private static final String CONTENT = "4111-1111-1111-1111";
    private static final String ITEM = "customer-4711";
    private static final StreamRecord RECORD =
            insert(1, ITEM, Map.of("total", AttributeValue.fromS(CONTENT), "card", AttributeValue.fromS(CONTENT)));

    @DynamoDbBean
    public static class Orders {

        private String id;
        private int total;

        @DynamoDbPartitionKey
        public String getId() {
            return id;
        }

        public void setId(String id) {
            this.id = id;
        }

        public int getTotal() {
            return total;
        }

        public void setTotal(int total) {
            this.total = total;
        }
    }

    static final class Typed {
        @EventListener
        void on(ItemInserted<Orders> event) {
            event.item();
        }
    }

    static final class Wrapping {
        @EventListener
        void on(ItemInserted<Orders> event) {
            try {
                event.item();
            } catch (RuntimeException e) {
                throw new IllegalStateException("cannot handle it", e);
            }
        }
    }

    static final class Late {
        @EventListener
        void on(ItemInserted<Orders> event) {
            event.commitWith(effect(event.eventId()));
            event.item();
        }
    }

    @Test
    void ofAFailingMapping(CapturedOutput output) {
        quarantine(fewRetries().bean("typed", new Typed()));

        assertThat(output)
                .contains(
                        "was quarantined as orders~",
                        ItemMappingException.class.getName() + ", caused by ",
                        NumberFormatException.class.getName());
        assertNoContent(output);
    }

    @Test
    void ofAFailingMappingThatTheListenerWraps(CapturedOutput output) {
        quarantine(fewRetries().bean("wrapping", new Wrapping()));

        assertThat(output).contains("next in", IllegalStateException.class.getName() + ", caused by ");
        assertNoContent(output);
    }

    @Test
    void ofAFailingMappingAfterACommit(CapturedOutput output) {
        try (var process = fewRetries().bean("late", new Late()).start()) {
            process.open("s").offer(RECORD).awaitPosition(RECORD);
        }

        assertThat(output).contains("threw after commitWith", ItemMappingException.class.getName());
        assertNoContent(output);
    }

    @Test
    void ofAFailingKeyExpression(CapturedOutput output) {
        quarantine(fewRetries().key("card ? 'yes' : 'no'").listener("a", event -> {}));

        assertThat(output)
                .contains("was quarantined as orders~", DeduplicationKeyException.class.getName() + ", caused by ");
        assertNoContent(output);
    }

    @Test
    void ofAThrowingListener(CapturedOutput output) {
        quarantine(fewRetries().listener("a", event -> {
            throw new IllegalStateException("not ready for " + event.eventId());
        }));

        assertThat(output)
                .contains(
                        "next in",
                        "was quarantined as orders~",
                        "IllegalStateException: not ready for " + eventId(1),
                        "at " + LoggedContentTests.class.getName());
        assertNoContent(output);
    }

    @Test
    void ofAFatalFailure(CapturedOutput output) {
        quarantine(fewRetries().listener("a", event -> {
            throw new FatalFailureException("refused", new IllegalStateException("bad card " + CONTENT));
        }));

        assertThat(output).contains("was quarantined as orders~", "FatalFailureException: refused, caused by ");
        assertNoContent(output);
    }

    /** The answer is kept with the record, where the operator reads it. */
    @Test
    void ofAReceiversAnswer(CapturedOutput output) {
        try (var process = process()
                .retryPolicy(RetryPolicy.withMaxRetries(0))
                .listener("a", event -> {
                    throw FatalFailureException.answered("refused", "bad card " + CONTENT);
                })
                .start()) {
            process.open("s").offer(RECORD).awaitPosition(RECORD);
            assertThat(process.world.quarantine.all().get(0).failure().stackTrace())
                    .contains("FatalFailureException$Answer: bad card " + CONTENT);
        }

        assertThat(output)
                .containsPattern("was quarantined as orders~\\S+ after 1 attempt of \\[a.on]: \\S+: refused\\R");
        assertNoContent(output);
    }

    private static RecordPathFixture.Builder fewRetries() {
        return process()
                .retryPolicy(RetryPolicy.builder()
                        .maxRetries(1)
                        .delay(Duration.ofMillis(1))
                        .build());
    }

    private static void quarantine(RecordPathFixture.Builder builder) {
        try (var process = builder.start()) {
            process.open("s").offer(RECORD).awaitPosition(RECORD);
            assertThat(process.world.quarantine.all()).hasSize(1);
            // The stored record says it all.
            assertThat(process.world.quarantine.all().get(0).record()).isEqualTo(RECORD);
        }
    }

    private static void assertNoContent(CapturedOutput output) {
        assertThat(output).doesNotContain(CONTENT).doesNotContain(ITEM);
    }
}
