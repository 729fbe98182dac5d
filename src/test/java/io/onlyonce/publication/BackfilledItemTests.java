package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.eventually;
import static io.onlyonce.publication.RecordPathFixture.process;
import static io.onlyonce.publication.TestRecords.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.DuplicateDropped;
import io.onlyonce.DuplicateKind;
import io.onlyonce.ItemInserted;
import io.onlyonce.publication.ConsumerListener.RecordOutcome;
import io.onlyonce.publication.Redrive.Outcome;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.core.retry.RetryPolicy;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Items that a scan of the table has found, on the path that stream records take. */
class BackfilledItemTests {

    private static final Instant FOUND = Instant.parse("2026-01-05T12:00:00Z");
    private static final Map<String, AttributeValue> CHANGED =
            Map.of("id", AttributeValue.fromS("x"), "status", AttributeValue.fromS("PAID"));

    private final SharedWorld world = new SharedWorld();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private volatile boolean failing;

    private static StreamRecord found(String item) {
        return StreamRecord.backfilled(
                "arn:aws:dynamodb:eu-central-1:123456789012:table/orders",
                "orders:digest of " + item,
                7,
                FOUND,
                Map.of("id", AttributeValue.fromS(item)),
                CHANGED);
    }

    private RecordPathFixture.Builder recording() {
        return process()
                .in(world)
                .key("item-key")
                .retryPolicy(RetryPolicy.builder()
                        .maxRetries(1)
                        .delay(Duration.ofMillis(1))
                        .build())
                .listener("a", this::handle);
    }

    private void handle(ItemInserted<Map<String, AttributeValue>> event) {
        if (failing) {
            throw new IllegalStateException("not mended");
        }
        calls.add("%s %s%s"
                .formatted(
                        event.eventId(),
                        event.backfilled() ? "backfilled" : "inserted",
                        event.redelivered() ? " again" : ""));
    }

    @Test
    void isDeliveredAndSaysWhatItIs() {
        try (var process = recording()
                .listener("b", event -> {
                    assertThat(event.item()).isEqualTo(CHANGED);
                    assertThat(event.createdAt()).isEqualTo(FOUND);
                    assertThat(event.sequenceNumber().digits()).isEqualTo("7");
                    assertThat(event.deduplicationKey()).isEqualTo("id=S:x");
                })
                .start()) {
            process.open("backfill").offer(found("x")).awaitPosition(found("x"));
            eventually().until(() -> process.observed.count(RecordOutcome.PROCESSED) == 1);

            assertThat(calls).containsExactly("backfill:orders:digest of x backfilled");
            assertThat(process.observed.backfilled).containsExactly(RecordOutcome.PROCESSED);
            assertThat(process.observed.quarantined).isEmpty();
        }
    }

    @Test
    void howLongItTookIsNotKnown() {
        try (var process = recording().start()) {
            process.open("backfill").offer(found("x")).awaitPosition(found("x"));
            process.open("s").offer(insert(1, "y")).awaitPosition(insert(1));
            eventually().until(() -> process.observed.count(RecordOutcome.PROCESSED) == 2);

            assertThat(process.observed.delivered).hasSize(1);
            assertThat(process.observed.backfilled).hasSize(1);
        }
    }

    /** An item has ended when those listeners have completed that there were; to the ledger it is of no account who they were. */
    @Test
    void listenerThatCameLaterGetsWhatIsInQuarantineAndNothingThatWasHandledBefore() {
        try (var before = recording().start()) {
            before.open("s").offer(insert(1, "x")).awaitPosition(insert(1));
            failing = true;
            before.open("s2").offer(insert(2, "y")).awaitPosition(insert(2));
        }
        failing = false;
        calls.clear();

        try (var after = recording()
                .listener("later", event -> calls.add("later " + event.eventId()))
                .start()) {
            after.open("backfill").offer(found("x")).awaitPosition(found("x"));
            after.open("backfill2").offer(found("z")).awaitPosition(found("z"));
            String quarantined = world.quarantine.all().get(0).id();
            assertThat(after.paths.redrive().redrive(quarantined)).isEqualTo(Outcome.PROCESSED);

            assertThat(calls)
                    .containsExactlyInAnyOrder(
                            "backfill:orders:digest of z backfilled",
                            "later backfill:orders:digest of z",
                            "event-2 inserted again",
                            "later event-2");
        }
    }

    @Test
    void itemThatWasHandledBeforeIsDroppedThoughItHasChangedSince() {
        try (var process = recording().start()) {
            process.open("s").offer(insert(1, "x")).awaitPosition(insert(1));
            process.open("backfill").offer(found("x")).awaitPosition(found("x"));
            eventually().until(() -> !process.observed.duplicates.isEmpty());

            assertThat(calls).containsExactly("event-1 inserted");
            assertThat(process.observed.duplicates)
                    .extracting(DuplicateDropped::kind)
                    .containsExactly(DuplicateKind.REDELIVERY);
            eventually().until(() -> process.observed.backfilled.contains(RecordOutcome.DUPLICATE));
        }
    }

    @Test
    void itsInsertIsDroppedThoughItHasChangedSince() {
        try (var process = recording().start()) {
            process.open("backfill").offer(found("x")).awaitPosition(found("x"));
            process.open("s").offer(insert(1, "x")).awaitPosition(insert(1));
            eventually().until(() -> !process.observed.duplicates.isEmpty());

            assertThat(calls).containsExactly("backfill:orders:digest of x backfilled");
            assertThat(process.observed.duplicates)
                    .extracting(DuplicateDropped::kind)
                    .containsExactly(DuplicateKind.REDELIVERY);
            assertThat(process.observed.backfilled).containsExactly(RecordOutcome.PROCESSED);
        }
    }

    @Test
    void waitsForItsInsertThatIsInProgress() {
        var begun = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        try (var process = recording()
                .listener("slow", event -> {
                    begun.countDown();
                    go.await();
                })
                .start()) {
            var shard = process.open("s").offer(insert(1, "x"));
            eventually().until(() -> begun.getCount() == 0);
            var scan = process.open("backfill").offer(found("x"));
            process.awaitLedgerQuiet();
            assertThat(scan.positions).isEmpty();

            go.countDown();
            shard.awaitPosition(insert(1));
            scan.awaitPosition(found("x"));
            assertThat(calls).containsExactly("event-1 inserted");
        }
    }

    @Test
    void whatACrashLeftIsDeliveredAgainAndMarked() {
        var begun = new CountDownLatch(1);
        try (var first = process()
                .in(world)
                .key("item-key")
                .listener("a", event -> {
                    begun.countDown();
                    new CountDownLatch(1).await();
                })
                .start()) {
            first.open("backfill").offer(found("x"));
            eventually().until(() -> begun.getCount() == 0);
        }
        try (var second = recording().start()) {
            second.open("backfill").offer(found("x")).awaitPosition(found("x"));

            assertThat(calls).containsExactly("backfill:orders:digest of x backfilled again");
        }
    }

    @Test
    void isQuarantinedAndRedriven() {
        failing = true;
        try (var process = recording().start()) {
            process.open("backfill").offer(found("x")).awaitPosition(found("x"));
            eventually().until(() -> process.observed.backfilled.contains(RecordOutcome.QUARANTINED));
            var quarantined = world.quarantine.all().get(0);
            assertThat(quarantined.contentHash()).as("tells nothing").isEmpty();
            assertThat(process.open("other").offer(found("x")).awaitPosition(found("x")).losses)
                    .hasValue(0);
            assertThat(world.quarantine.all()).hasSize(1);

            failing = false;
            assertThat(process.paths.redrive().redrive(quarantined.id())).isEqualTo(Outcome.PROCESSED);

            assertThat(calls).containsExactly("backfill:orders:digest of x backfilled again");
            assertThat(process.observed.delivered).isEmpty();
        }
    }
}
