package io.onlyonce.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class LedgerItemsTests {

    private static final String SECRET = "customer-4711";

    private static final LedgerEntry ENTRY = new LedgerEntry(
            LedgerEntry.State.COMPLETED,
            "event-1",
            new ClaimToken("process", 7),
            "hash",
            true,
            Set.of("first", "second"),
            3,
            List.of("event-0"),
            Instant.ofEpochSecond(1_800_000_000));

    private final Map<String, AttributeValue> item =
            new HashMap<>(LedgerItems.write("shipping#orders#" + SECRET, ENTRY, Instant.EPOCH));

    @Test
    void whatIsWrittenIsRead() {
        assertThat(LedgerItems.read(item)).isEqualTo(ENTRY);
        assertThat(LedgerItems.key(item)).isEqualTo("shipping#orders#" + SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"state", "event", "token", "hash", "redelivered", "attempts"})
    void missingAttributeIsNamedWithoutQuotingTheItem(String name) {
        item.remove(name);
        assertThatIllegalStateException()
                .isThrownBy(() -> LedgerItems.read(item))
                .withMessageStartingWith("Not an entry of this ledger: '%s' is missing", name)
                .withMessageContaining("redelivered".equals(name) ? "attempts" : "redelivered")
                .satisfies(e ->
                        assertThat(e).hasStackTraceContaining("pk").message().doesNotContain(SECRET));
    }

    @ParameterizedTest
    @ValueSource(strings = {"state", "token", "attempts", "expires"})
    void unreadableAttributeIsNamedWithoutQuotingIt(String name) {
        item.put(name, AttributeValue.builder().s(SECRET).n(SECRET).build());
        assertThatIllegalStateException()
                .isThrownBy(() -> LedgerItems.read(item))
                .withMessageStartingWith("Not an entry of this ledger: '%s' is unreadable", name)
                .withNoCause()
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(SECRET, "event-1"));
    }

    @Test
    void attributeOfAnotherTypeIsUnreadable() {
        item.put("event", AttributeValue.fromN("1"));
        assertThatIllegalStateException()
                .isThrownBy(() -> LedgerItems.read(item))
                .withMessageStartingWith("Not an entry of this ledger: 'event' is unreadable");
    }
}
