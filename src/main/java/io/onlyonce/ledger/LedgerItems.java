package io.onlyonce.ledger;

import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromBool;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromL;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromN;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromSs;

import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Entries as items.
 *
 * <pre>
 * pk           S     consumer#table#key, see {@link LedgerKeys}
 * state        S     CLAIMED, COMPLETED or QUARANTINED
 * event        S     event id
 * token        S     process/number
 * hash         S     content hash, may be empty
 * redelivered  BOOL  mark of the claim
 * done         SS    listeners that have completed; absent if none, an empty set cannot be stored
 * attempts     N     failed attempts
 * quarantined  L     ids of events of the key that were set aside, besides that of a QUARANTINED entry itself; absent if none
 * expires      N     epoch second, time to live; absent while QUARANTINED
 * at           S     time of the last write, for people only
 * </pre>
 */
final class LedgerItems {

    static final String PK = "pk";
    static final String STATE = "state";
    static final String EVENT = "event";
    static final String TOKEN = "token";
    static final String HASH = "hash";
    static final String REDELIVERED = "redelivered";
    static final String DONE = "done";
    static final String ATTEMPTS = "attempts";
    static final String SET_ASIDE = "quarantined";
    static final String EXPIRES = "expires";
    static final String AT = "at";

    private LedgerItems() {}

    /** Attributes of an entry, key included, in the order of the table above. */
    static Map<String, AttributeValue> write(String key, LedgerEntry entry, Instant at) {
        var item = new LinkedHashMap<String, AttributeValue>();
        item.put(PK, fromS(key));
        item.put(STATE, state(entry.state()));
        item.put(EVENT, fromS(entry.eventId()));
        item.put(TOKEN, token(entry.token()));
        item.put(HASH, fromS(entry.contentHash()));
        item.put(REDELIVERED, fromBool(entry.redelivered()));
        if (!entry.completedListeners().isEmpty()) {
            item.put(DONE, done(entry.completedListeners()));
        }
        item.put(ATTEMPTS, number(entry.attempts()));
        if (!entry.setAside().isEmpty()) {
            item.put(
                    SET_ASIDE,
                    fromL(entry.setAside().stream().map(AttributeValue::fromS).toList()));
        }
        if (entry.expires() != null) {
            item.put(EXPIRES, seconds(entry.expires()));
        }
        item.put(AT, fromS(at.toString()));
        return item;
    }

    static String key(Map<String, AttributeValue> item) {
        return required(item, PK, LedgerItems::text);
    }

    /** @throws IllegalStateException if the item is no entry; says which attribute is to blame, and not what is in it, because that may end up in a log */
    static LedgerEntry read(Map<String, AttributeValue> item) {
        return new LedgerEntry(
                required(item, STATE, value -> LedgerEntry.State.valueOf(text(value))),
                required(item, EVENT, LedgerItems::text),
                required(item, TOKEN, value -> ClaimToken.parse(text(value))),
                required(item, HASH, LedgerItems::text),
                required(item, REDELIVERED, value -> Boolean.TRUE.equals(value.bool())),
                item.containsKey(DONE) ? required(item, DONE, value -> Set.copyOf(value.ss())) : Set.of(),
                required(item, ATTEMPTS, value -> Integer.parseInt(value.n())),
                item.containsKey(SET_ASIDE)
                        ? required(item, SET_ASIDE, value -> value.l().stream()
                                .map(AttributeValue::s)
                                .toList())
                        : List.of(),
                item.containsKey(EXPIRES)
                        ? required(item, EXPIRES, value -> Instant.ofEpochSecond(Long.parseLong(value.n())))
                        : null);
    }

    static AttributeValue state(LedgerEntry.State state) {
        return fromS(state.name());
    }

    static AttributeValue token(ClaimToken token) {
        return fromS(token.toString());
    }

    static AttributeValue done(Collection<String> listeners) {
        return fromSs(listeners.stream().sorted().toList());
    }

    static AttributeValue number(long value) {
        return fromN(Long.toString(value));
    }

    static AttributeValue seconds(Instant instant) {
        return number(instant.getEpochSecond());
    }

    private static String text(AttributeValue value) {
        String text = value.s();
        if (text == null) {
            throw new IllegalArgumentException("no string");
        }
        return text;
    }

    private static <T> T required(Map<String, AttributeValue> item, String name, Function<AttributeValue, T> reading) {
        AttributeValue value = item.get(name);
        if (value != null) {
            try {
                return reading.apply(value);
            } catch (IllegalArgumentException | IndexOutOfBoundsException unreadable) {
                // Its message quotes the value.
            }
        }
        throw new IllegalStateException("Not an entry of this ledger: '%s' is %s among its attributes %s"
                .formatted(name, value == null ? "missing" : "unreadable", new TreeSet<>(item.keySet())));
    }
}
