package io.onlyonce.quarantine;

import static io.onlyonce.quarantine.QuarantinedRecords.CREATED_AT;
import static io.onlyonce.quarantine.QuarantinedRecords.FAILURE;
import static io.onlyonce.quarantine.QuarantinedRecords.quarantined;
import static io.onlyonce.quarantine.QuarantinedRecords.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromB;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromBool;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromBs;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromL;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromM;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromN;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromNs;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromNul;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromSs;

import io.onlyonce.quarantine.QuarantineStore.Page;
import io.onlyonce.quarantine.QuarantinedRecord.Failure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** What every quarantine store does. */
abstract class QuarantineStoreContract {

    private static final Map<String, AttributeValue> IMAGE_OF_ALL_TYPES = Map.of(
            "text", fromS("naïve 🍋"),
            "empty", fromS(""),
            "number", fromN("-123456789012345678901234567890.12345678"),
            "binary", fromB(SdkBytes.fromByteArray(new byte[] {0, -1, 127})),
            "flag", fromBool(true),
            "nothing", fromNul(true),
            "texts", fromSs(List.of("a", "b")),
            "numbers", fromNs(List.of("1", "2.5")),
            "binaries", fromBs(List.of(SdkBytes.fromUtf8String("x"))),
            "nested", fromM(Map.of("list", fromL(List.of(fromN("1"), fromM(Map.of()), fromL(List.of()))))));

    private QuarantineStore store;

    /** A store without records. */
    abstract QuarantineStore open();

    /** Makes a write take effect. */
    abstract void write(TransactWriteItem write);

    @BeforeEach
    void openStore() {
        store = open();
    }

    @Test
    void findsWhatWasPut() {
        var whole = quarantined(
                "orders", record("100", CREATED_AT, IMAGE_OF_ALL_TYPES, Map.of("old", fromN("7"))), FAILURE);
        put(whole);

        assertThat(store.find(whole.id())).contains(whole);
    }

    @Test
    void keepsWhatIsAbsentAbsent() {
        var record = record("100", CREATED_AT, null, null);
        var bare = new QuarantinedRecord(
                QuarantineId.of("orders", record),
                "orders",
                quarantined("orders", "100").shardId(),
                record,
                record.eventId(),
                "",
                Set.of(),
                Set.of(),
                new Failure("", "java.lang.Error", "", ""),
                0,
                CREATED_AT,
                CREATED_AT,
                CREATED_AT,
                false);
        put(bare);

        assertThat(store.find(bare.id())).contains(bare);
    }

    @Test
    void putOverwritesTheSameRecord() {
        var first = quarantined("orders", "100");
        put(first);
        var again = new QuarantinedRecord(
                QuarantineId.of("orders", first.record()),
                first.table(),
                first.shardId(),
                first.record(),
                first.deduplicationKey(),
                first.contentHash(),
                Set.of("AuditListener.on", "StockListener.on"),
                Set.of("OrderListener.on"),
                FAILURE,
                6,
                first.firstAttemptAt(),
                first.firstQuarantinedAt(),
                first.lastAttemptAt().plusSeconds(3600),
                false);
        put(again);

        assertThat(store.find(first.id())).contains(again);
        assertThat(store.list("orders", null, 10).records()).hasSize(1);
    }

    @Test
    void deletesOnce() {
        var quarantined = quarantined("orders", "100");
        put(quarantined);

        assertThat(store.delete(quarantined.id())).isTrue();
        assertThat(store.delete(quarantined.id())).isFalse();
        assertThat(store.find(quarantined.id())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "orders", "orders~", "../orders", "orders~20260714T101500Z~1~00000000"})
    void whatIsNoIdIsNotFound(String id) {
        put(quarantined("orders", "100"));

        assertThat(store.find(id)).isEmpty();
        assertThat(store.delete(id)).isFalse();
    }

    @Test
    void listsSummaries() {
        var quarantined = quarantined("orders", "100");
        put(quarantined);

        assertThat(store.list(null, null, 10).records())
                .containsExactly(new QuarantineSummary(
                        quarantined.id(),
                        "orders",
                        "event-100",
                        quarantined.shardId(),
                        quarantined.record().sequenceNumber(),
                        quarantined.record().keys(),
                        quarantined.deduplicationKey(),
                        Set.of("OrderListener.on", "StockListener.on"),
                        "java.lang.IllegalStateException",
                        "Out of stock",
                        5,
                        quarantined.firstQuarantinedAt(),
                        quarantined.lastAttemptAt(),
                        false));
    }

    @Test
    void listsInTheOrderInWhichItemsWereWritten() {
        put(quarantined("orders", record("1000", CREATED_AT), FAILURE));
        put(quarantined("orders", record("7", CREATED_AT.plusSeconds(1)), FAILURE));
        put(quarantined("orders", record("999", CREATED_AT), FAILURE));
        put(quarantined("orders", record("5000", Instant.parse("2025-12-31T23:59:59Z")), FAILURE));

        assertThat(sequenceNumbers(store.list("orders", null, 10))).containsExactly("5000", "999", "1000", "7");
    }

    @Test
    void listsOneTableOrAll() {
        put(quarantined("orders", "1"));
        put(quarantined("orders-eu", "2"));
        put(quarantined("orders.eu", "3"));
        put(quarantined("order", "4"));

        assertThat(sequenceNumbers(store.list("orders", null, 10))).containsExactly("1");
        assertThat(sequenceNumbers(store.list("customers", null, 10))).isEmpty();
        assertThat(sequenceNumbers(store.list(null, null, 10))).containsExactlyInAnyOrder("1", "2", "3", "4");
    }

    @Test
    void pagesJoinToTheWholeAndTheLastHasNoCursor() {
        List<String> all = new ArrayList<>();
        for (int number = 100; number < 106; number++) {
            put(quarantined("orders", String.valueOf(number)));
            put(quarantined("customers", String.valueOf(number)));
            all.add(String.valueOf(number));
        }

        Page first = store.list("orders", null, 2);
        Page second = store.list("orders", first.cursor(), 2);
        Page third = store.list("orders", second.cursor(), 2);

        assertThat(sequenceNumbers(first)).isEqualTo(all.subList(0, 2));
        assertThat(sequenceNumbers(second)).isEqualTo(all.subList(2, 4));
        assertThat(sequenceNumbers(third)).isEqualTo(all.subList(4, 6));
        assertThat(third.cursor()).isNull();

        Page firstOfAll = store.list(null, null, 7);
        Page secondOfAll = store.list(null, firstOfAll.cursor(), 7);
        assertThat(firstOfAll.records()).hasSize(7);
        assertThat(secondOfAll.records()).hasSize(5).doesNotContainAnyElementsOf(firstOfAll.records());
        assertThat(secondOfAll.cursor()).isNull();
    }

    @Test
    void cursorNeedsNoEscapingAndOutlivesItsRecord() {
        put(quarantined("orders", "1"));
        put(quarantined("orders", "2"));
        Page first = store.list("orders", null, 1);
        store.delete(first.records().get(0).id());

        assertThat(first.cursor()).matches("[A-Za-z0-9_.~-]+");
        assertThat(sequenceNumbers(store.list("orders", first.cursor(), 1))).containsExactly("2");
    }

    @Test
    void foreignCursorIsRefused() {
        put(quarantined("orders", "1"));
        put(quarantined("orders", "2"));
        String cursor = store.list("orders", null, 1).cursor();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.list("orders", "garbage", 1))
                .withMessageContaining("cursor");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.list("customers", cursor, 1))
                .withMessageContaining("another table than 'customers'");
    }

    @Test
    void limitBelowOneIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.list(null, null, 0))
                .withMessageContaining("Limit");
    }

    @Test
    void recordLargerThanAnItemIsKeptWithoutItsImage() {
        var large = quarantined(
                "orders", record("1", CREATED_AT, Map.of("text", fromS("x".repeat(409_000))), null), FAILURE);
        put(large);

        assertThat(store.find(large.id())).hasValueSatisfying(stored -> {
            assertThat(stored.truncated()).isTrue();
            assertThat(stored.record().newImage()).isNull();
            assertThat(stored.record().keys()).isEqualTo(large.record().keys());
            assertThat(stored.failure()).isEqualTo(FAILURE);
        });
        assertThat(store.list("orders", null, 1).records()).allMatch(QuarantineSummary::truncated);
    }

    private void put(QuarantinedRecord quarantined) {
        write(store.put(quarantined));
    }

    private static List<String> sequenceNumbers(Page page) {
        return page.records().stream()
                .map(record -> record.sequenceNumber().digits())
                .toList();
    }
}
