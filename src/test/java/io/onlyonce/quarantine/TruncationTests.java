package io.onlyonce.quarantine;

import static io.onlyonce.quarantine.QuarantinedRecords.CREATED_AT;
import static io.onlyonce.quarantine.QuarantinedRecords.FAILURE;
import static io.onlyonce.quarantine.QuarantinedRecords.quarantined;
import static io.onlyonce.quarantine.QuarantinedRecords.record;
import static org.assertj.core.api.Assertions.assertThat;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromL;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromM;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromSs;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.quarantine.QuarantinedRecord.Failure;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class TruncationTests {

    private static final DynamoDbClient CLIENT = LocalDynamoDb.shared().client();
    private static final String TABLE = "truncation-" + UUID.randomUUID();
    private static final String CONSUMER = "consumer";
    private static final Failure LONG_FAILURE =
            new Failure("OrderListener.on", "java.lang.Error", "Message", "ä".repeat(16_384) + "...");

    @BeforeAll
    static void createTable() {
        CLIENT.createTable(QuarantineTable.createTableRequest(TABLE));
    }

    @AfterAll
    static void deleteTable() {
        CLIENT.deleteTable(request -> request.tableName(TABLE));
    }

    @Test
    void whatFitsStaysAsItIs() {
        var whole = quarantined("orders", record("1", CREATED_AT, image(200_000), image(150_000)), LONG_FAILURE);

        assertThat(fit(whole)).isSameAs(whole);
    }

    @Test
    void oldImageGoesFirst() {
        var fitted = fit(quarantined("orders", record("1", CREATED_AT, image(200_000), image(250_000)), LONG_FAILURE));

        assertThat(fitted.truncated()).isTrue();
        assertThat(fitted.record().oldImage()).isNull();
        assertThat(fitted.record().newImage()).isEqualTo(image(200_000));
        assertThat(fitted.failure()).isEqualTo(LONG_FAILURE);
    }

    @Test
    void thenTheStackTraceIsShortenedByNoMoreThanNeeded() {
        var fitted = fit(quarantined("orders", record("1", CREATED_AT, image(380_000), null), LONG_FAILURE));

        assertThat(fitted.truncated()).isTrue();
        assertThat(fitted.record().newImage()).isEqualTo(image(380_000));
        assertThat(fitted.failure().message()).isEqualTo("Message");
        assertThat(LONG_FAILURE.stackTrace()).startsWith(fitted.failure().stackTrace());
        assertThat(size(fitted)).isBetween(Truncation.LARGEST_ITEM - 1, Truncation.LARGEST_ITEM);
    }

    @Test
    void thenTheNewImageGoesAndTheStackTraceStays() {
        var fitted = fit(quarantined("orders", record("1", CREATED_AT, image(405_000), null), LONG_FAILURE));

        assertThat(fitted.truncated()).isTrue();
        assertThat(fitted.record().newImage()).isNull();
        assertThat(fitted.failure()).isEqualTo(LONG_FAILURE);
    }

    @Test
    void recordWithAKeyAlmostAsLargeAsAnItemIsStillKept() {
        var large = quarantined("orders", record("1", CREATED_AT, image(390_000), null), LONG_FAILURE);
        var withLargeKey = new QuarantinedRecord(
                large.id(),
                large.table(),
                large.shardId(),
                large.record(),
                "x".repeat(400_000),
                "hash",
                large.completedListeners(),
                large.failedListeners(),
                new Failure("listener", "java.lang.Error", "m".repeat(100_000), "s".repeat(500_000)),
                1,
                CREATED_AT,
                CREATED_AT,
                CREATED_AT,
                false);

        assertThat(size(fit(withLargeKey))).isLessThan(Truncation.LARGEST_ITEM);
        assertThat(fit(withLargeKey).record().newImage()).isNull();
    }

    @Test
    void onceTruncatedStaysTruncated() {
        var once = fit(quarantined("orders", record("1", CREATED_AT, image(405_000), null), FAILURE));

        assertThat(fit(once)).isSameAs(once);
        assertThat(once.truncated()).isTrue();
    }

    @Test
    void imageNestedAsDeepAsDynamoDbAllowsIsLeftOut() {
        CLIENT.putItem(request ->
                request.tableName(TABLE).item(Map.of("pk", fromS("pk"), "sk", fromS("sk"), "deepest", nested(32))));
        var deepest = quarantined("orders", record("1", CREATED_AT, Map.of("deepest", nested(32)), null), FAILURE);
        var lessDeep = quarantined("orders", record("2", CREATED_AT, Map.of("deep", nested(31)), null), FAILURE);

        assertThat(fit(deepest).truncated()).isTrue();
        assertThat(fit(deepest).record().newImage()).isNull();
        assertThat(fit(lessDeep)).isSameAs(lessDeep);
        write(fit(deepest));
        write(fit(lessDeep));
    }

    @Test
    void halfASurrogatePairInAMessageIsReplaced() {
        var item = QuarantineItems.write(
                CONSUMER,
                quarantined(
                        "orders", record("1", CREATED_AT), new Failure("listener", "Error", "a\uD83Db", "c\uD83D")));

        assertThat(item.get("message")).isEqualTo(fromS("a?b"));
        assertThat(item.get("stackTrace")).isEqualTo(fromS("c?"));
    }

    /** Images of which a few more elements would not be accepted by DynamoDB in an item of their own. */
    @ParameterizedTest
    @MethodSource
    void whatFitsIsAccepted(AttributeValue full) {
        var fitted = fit(quarantined("orders", record("1", CREATED_AT, Map.of("full", full), null), LONG_FAILURE));

        assertThat(fitted.truncated()).isTrue();
        assertThat(fitted.record().newImage()).isNotNull();
        assertThat(size(fitted)).isGreaterThan(Truncation.LARGEST_ITEM - 10);
        write(fitted);
    }

    static Stream<Named<AttributeValue>> whatFitsIsAccepted() {
        var numbers = numbered("-12345678901234567890123456789012", 6_000).map(AttributeValue::fromN);
        var names = numbered("attribute", 22_500);
        return Stream.of(
                Named.of("text", fromS("🍋".repeat(95_000))),
                Named.of(
                        "list",
                        fromL(Stream.concat(Stream.of(fromS("x".repeat(250_000))), numbers)
                                .toList())),
                Named.of(
                        "map",
                        fromM(names.collect(
                                Collectors.toMap(Function.identity(), name -> AttributeValue.fromBool(true))))),
                Named.of("set", fromSs(numbered("member of a set ", 17_000).toList())));
    }

    private static Stream<String> numbered(String prefix, int count) {
        return IntStream.range(100_001, 100_001 + count).mapToObj(number -> prefix + number);
    }

    private static AttributeValue nested(int levels) {
        return levels == 1
                ? fromS("x")
                : levels % 2 == 0 ? fromM(Map.of("m", nested(levels - 1))) : fromL(List.of(nested(levels - 1)));
    }

    private static Map<String, AttributeValue> image(int size) {
        return Map.of("text", fromS("x".repeat(size)));
    }

    private static QuarantinedRecord fit(QuarantinedRecord record) {
        return Truncation.fit(CONSUMER, record);
    }

    private static int size(QuarantinedRecord record) {
        return ItemSize.of(QuarantineItems.write(CONSUMER, record));
    }

    private static void write(QuarantinedRecord record) {
        CLIENT.putItem(request -> request.tableName(TABLE).item(QuarantineItems.write(CONSUMER, record)));
    }
}
