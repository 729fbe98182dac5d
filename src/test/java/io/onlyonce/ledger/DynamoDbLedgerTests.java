package io.onlyonce.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.onlyonce.DuplicateKind;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.ledger.ClaimOutcome.Claimed;
import io.onlyonce.ledger.ClaimOutcome.Duplicate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class DynamoDbLedgerTests extends LedgerRaceContract {

    private static String ledgerTable;
    private static String effectsTable;

    private final DynamoDbClient client = LocalDynamoDb.shared().client();
    private final String consumer = LocalDynamoDb.uniqueName("consumer");
    private final Ledger ledger = ledger(consumer, "orders");

    @BeforeAll
    static void createTables() {
        ledgerTable = LocalDynamoDb.shared().createTable("ledger", LedgerTable::createTableRequest);
        effectsTable = LocalDynamoDb.shared().createTableWithStream("effects");
    }

    @Override
    Ledger ledger() {
        return ledger;
    }

    @Override
    String effectsTable() {
        return effectsTable;
    }

    @Override
    int runs(String effect) {
        var item = client.getItem(get -> get.tableName(effectsTable)
                        .key(Map.of("id", AttributeValue.fromS(effect)))
                        .consistentRead(true))
                .item();
        return item.isEmpty() ? 0 : Integer.parseInt(item.get("runs").n());
    }

    @Test
    void consumersAndTablesKeepApart() {
        var claim = claim("key", "event", "a");

        assertThat(claim(claim)).isEqualTo(Claimed.FRESH);
        assertThat(ledger(consumer, "customers").claim(List.of(claim("key", "event", "a"))))
                .containsExactly(Claimed.FRESH);
        assertThat(ledger(consumer + "-2", "orders").claim(List.of(claim("key", "event", "a"))))
                .containsExactly(Claimed.FRESH);
    }

    @Test
    void separatorInANameIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> ledger("a#b", "orders"));
        assertThatIllegalArgumentException().isThrownBy(() -> ledger("a", "b#c"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DynamoDbLedger(client, "no \"table\"", "a", "b", RETENTION, clock))
                .withMessageContaining("no \"table\"");
    }

    @Test
    void keyStaysReadableUpToAThousandBytes() {
        int room = 1000 - (consumer + "#orders#").length();
        var longest = "é".repeat(room / 2) + "x".repeat(room % 2);

        ledger().claim(List.of(claim(longest, "event", "a"), claim(longest + "x", "event", "a")));

        assertThat(item(longest)).isNotEmpty();
        assertThat(item(longest + "x")).isEmpty();
    }

    @Test
    void entriesLookAsDocumented() {
        var claim = new Claim("key", "event", "hash", new ClaimToken("process", 7));
        claim(claim);
        assertThat(item("key"))
                .isEqualTo(Map.of(
                        "pk", AttributeValue.fromS(consumer + "#orders#key"),
                        "state", AttributeValue.fromS("CLAIMED"),
                        "event", AttributeValue.fromS("event"),
                        "token", AttributeValue.fromS("process/7"),
                        "hash", AttributeValue.fromS("hash"),
                        "redelivered", AttributeValue.fromBool(false),
                        "attempts", AttributeValue.fromN("0"),
                        "expires", inRetention(),
                        "at", AttributeValue.fromS("2026-03-01T12:00:00.500Z")));

        ledger().commit(claim, "one", Set.of("two"), List.of());
        assertThat(item("key")).containsEntry("done", AttributeValue.fromSs(List.of("one", "two")));
        ledger().quarantine(new Progress(claim, Set.of("one", "two"), 3), List.of());
        assertThat(item("key"))
                .containsEntry("state", AttributeValue.fromS("QUARANTINED"))
                .containsEntry("attempts", AttributeValue.fromN("3"))
                .containsKey("done")
                .doesNotContainKey("expires");
        ledger().complete(List.of(claim));
        assertThat(item("key"))
                .containsEntry("state", AttributeValue.fromS("COMPLETED"))
                .containsKey("expires")
                .doesNotContainKey("done");
    }

    @Test
    void replacedEntryForgetsWhatItsPredecessorHad() {
        var quarantined = claim("key", "event", "a");
        claim(quarantined);
        ledger().quarantine(new Progress(quarantined, Set.of("one"), 3), List.of());
        complete(claim("outlived", "event", "a"));
        clock.advance(RETENTION);

        claim(claim("key", "other", "b"));
        claim(claim("outlived", "event", "b"));

        assertThat(item("key")).containsEntry("event", AttributeValue.fromS("other"));
        assertThat(item("key")).containsKeys("expires", "done");
        assertThat(item("key"))
                .containsEntry("quarantined", AttributeValue.fromL(List.of(AttributeValue.fromS("event"))));
        assertThat(item("outlived")).containsEntry("state", AttributeValue.fromS("CLAIMED"));
        assertThat(item("outlived")).doesNotContainKey("done");
    }

    @Test
    void entryOfADeliveryThatGoesOnIsNotSwept() {
        var claim = claim("key", "event", "a");
        claim(claim);

        clock.advance(RETENTION);
        ledger().saveProgress(List.of(new Progress(claim, Set.of("one"), 1)));
        assertThat(item("key")).containsEntry("expires", inRetention());
        clock.advance(RETENTION);
        ledger().commit(claim, "two", Set.of("one"), List.of());
        assertThat(item("key")).containsEntry("expires", inRetention());
        clock.advance(RETENTION);
        claim(claim("key", "event", "b"));
        assertThat(item("key")).containsEntry("expires", inRetention());
    }

    /** Only the retention knows a wall clock: the least that may be configured covers the stream's 24 hours all the same. */
    @Test
    void processesWhoseClocksAreAnHourApartAgree() {
        var least = Duration.ofHours(25);
        var slow = ledger(least, Clock.offset(clock, Duration.ofMinutes(-30)));
        var fast = ledger(least, Clock.offset(clock, Duration.ofMinutes(30)));
        var ofSlow = claim("one", "event", "slow");
        var ofFast = claim("two", "event", "fast");
        slow.claim(List.of(ofSlow));
        fast.claim(List.of(ofFast));
        slow.complete(List.of(ofSlow));

        assertThat(slow.claim(List.of(claim("two", "event", "slow"))))
                .as("whose process may be dead is taken over, whatever the clocks say")
                .containsExactly(new Claimed(true, Set.of(), 0));
        clock.advance(Duration.ofHours(24).minus(Duration.ofSeconds(1)));
        assertThat(fast.claim(List.of(claim("one", "event", "fast"))))
                .containsExactly(new Duplicate(DuplicateKind.REDELIVERY));
        assertThat(slow.claim(List.of(claim("one", "event", "slow-again"))))
                .containsExactly(new Duplicate(DuplicateKind.REDELIVERY));
    }

    private Ledger ledger(Duration retention, Clock ofProcess) {
        return new DynamoDbLedger(client, ledgerTable, consumer, "orders", retention, ofProcess);
    }

    private AttributeValue inRetention() {
        return AttributeValue.fromN(
                Long.toString(clock.instant().plus(RETENTION).getEpochSecond()));
    }

    private Ledger ledger(String consumerName, String table) {
        return new DynamoDbLedger(client, ledgerTable, consumerName, table, RETENTION, clock);
    }

    private Map<String, AttributeValue> item(String key) {
        return client.getItem(get -> get.tableName(ledgerTable)
                        .key(Map.of("pk", AttributeValue.fromS(consumer + "#orders#" + key)))
                        .consistentRead(true))
                .item();
    }
}
