package io.onlyonce.quarantine;

import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromBool;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromM;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromN;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromSs;

import io.onlyonce.quarantine.QuarantinedRecord.Failure;
import io.onlyonce.stream.EventName;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import io.onlyonce.stream.StreamRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Quarantined records as items.
 *
 * <pre>
 * pk                S     consumer
 * sk                S     id, see {@link QuarantineId}: table~creation time~sequence number~digest
 * table             S     name of the table
 * stream            S     ARN of the stream
 * event             S     event id
 * eventName         S     INSERT
 * shard             S     shard id
 * sequenceNumber    S     as AWS wrote it
 * createdAt         S     ISO time
 * keys              M     primary key of the item
 * newImage          M     absent if the stream carries none, or if it did not fit
 * oldImage          M     as newImage
 * deduplicationKey  S     key in the ledger
 * hash              S     content hash, may be empty
 * done              SS    listeners that have completed; absent if none, an empty set cannot be stored
 * failed            SS    listeners that have not; absent if none
 * listener          S     listener that threw last
 * exception         S     class of what it threw
 * message           S     its message
 * stackTrace        S     its stack trace
 * attempts          N     failed attempts
 * firstAttemptAt    S     ISO time
 * quarantinedAt     S     ISO time, first
 * lastAttemptAt     S     ISO time
 * truncated         BOOL  whether something was left out or shortened
 * </pre>
 *
 * One partition for each consumer: a query reads all tables, one with a prefix reads a table, both in order, and there is no index to pay for or to lag behind. The price is that a consumer can set aside
 * about 1000 KB a second, half of that in transactions; where more fails at once, shards wait for their turn, as they should then.
 */
final class QuarantineItems {

    static final String PK = "pk";
    static final String SK = "sk";

    private static final String TABLE = "table";
    private static final String STREAM = "stream";
    private static final String EVENT = "event";
    private static final String EVENT_NAME = "eventName";
    private static final String SHARD = "shard";
    private static final String SEQUENCE_NUMBER = "sequenceNumber";
    private static final String CREATED_AT = "createdAt";
    private static final String KEYS = "keys";
    private static final String NEW_IMAGE = "newImage";
    private static final String OLD_IMAGE = "oldImage";
    private static final String DEDUPLICATION_KEY = "deduplicationKey";
    private static final String HASH = "hash";
    private static final String DONE = "done";
    private static final String FAILED = "failed";
    private static final String LISTENER = "listener";
    private static final String EXCEPTION = "exception";
    private static final String MESSAGE = "message";
    private static final String STACK_TRACE = "stackTrace";
    private static final String ATTEMPTS = "attempts";
    private static final String FIRST_ATTEMPT_AT = "firstAttemptAt";
    private static final String QUARANTINED_AT = "quarantinedAt";
    private static final String LAST_ATTEMPT_AT = "lastAttemptAt";
    private static final String TRUNCATED = "truncated";

    /** Attributes that {@link #readSummary} reads. */
    static final List<String> OF_SUMMARY = List.of(
            SK,
            TABLE,
            EVENT,
            SHARD,
            SEQUENCE_NUMBER,
            KEYS,
            DEDUPLICATION_KEY,
            FAILED,
            EXCEPTION,
            MESSAGE,
            ATTEMPTS,
            QUARANTINED_AT,
            LAST_ATTEMPT_AT,
            TRUNCATED);

    private QuarantineItems() {}

    static Map<String, AttributeValue> key(String consumer, String id) {
        return Map.of(PK, fromS(consumer), SK, fromS(id));
    }

    static Map<String, AttributeValue> write(String consumer, QuarantinedRecord quarantined) {
        StreamRecord record = quarantined.record();
        Failure failure = quarantined.failure();
        var item = new LinkedHashMap<String, AttributeValue>();
        item.put(PK, fromS(consumer));
        item.put(SK, fromS(quarantined.id()));
        item.put(TABLE, fromS(quarantined.table()));
        item.put(STREAM, fromS(record.streamArn()));
        item.put(EVENT, fromS(record.eventId()));
        item.put(EVENT_NAME, fromS(record.eventName().name()));
        item.put(SHARD, fromS(quarantined.shardId().value()));
        item.put(SEQUENCE_NUMBER, fromS(record.sequenceNumber().digits()));
        item.put(CREATED_AT, fromS(record.createdAt().toString()));
        item.put(KEYS, fromM(record.keys()));
        putImage(item, NEW_IMAGE, record.newImage());
        putImage(item, OLD_IMAGE, record.oldImage());
        item.put(DEDUPLICATION_KEY, fromS(quarantined.deduplicationKey()));
        item.put(HASH, fromS(quarantined.contentHash()));
        putSet(item, DONE, quarantined.completedListeners());
        putSet(item, FAILED, quarantined.failedListeners());
        item.put(LISTENER, fromS(failure.listener()));
        item.put(EXCEPTION, fromS(failure.exceptionClass()));
        item.put(MESSAGE, text(failure.message()));
        item.put(STACK_TRACE, text(failure.stackTrace()));
        item.put(ATTEMPTS, fromN(Integer.toString(quarantined.attempts())));
        item.put(FIRST_ATTEMPT_AT, fromS(quarantined.firstAttemptAt().toString()));
        item.put(QUARANTINED_AT, fromS(quarantined.firstQuarantinedAt().toString()));
        item.put(LAST_ATTEMPT_AT, fromS(quarantined.lastAttemptAt().toString()));
        item.put(TRUNCATED, fromBool(quarantined.truncated()));
        return item;
    }

    static String id(Map<String, AttributeValue> item) {
        return required(item, SK, AttributeValue::s);
    }

    static QuarantinedRecord read(Map<String, AttributeValue> item) {
        return new QuarantinedRecord(
                id(item),
                required(item, TABLE, AttributeValue::s),
                new ShardId(required(item, SHARD, AttributeValue::s)),
                new StreamRecord(
                        required(item, STREAM, AttributeValue::s),
                        required(item, EVENT, AttributeValue::s),
                        EventName.valueOf(required(item, EVENT_NAME, AttributeValue::s)),
                        new SequenceNumber(required(item, SEQUENCE_NUMBER, AttributeValue::s)),
                        time(item, CREATED_AT),
                        required(item, KEYS, AttributeValue::m),
                        image(item, NEW_IMAGE),
                        image(item, OLD_IMAGE)),
                required(item, DEDUPLICATION_KEY, AttributeValue::s),
                required(item, HASH, AttributeValue::s),
                set(item, DONE),
                set(item, FAILED),
                new Failure(
                        required(item, LISTENER, AttributeValue::s),
                        required(item, EXCEPTION, AttributeValue::s),
                        required(item, MESSAGE, AttributeValue::s),
                        required(item, STACK_TRACE, AttributeValue::s)),
                attempts(item),
                time(item, FIRST_ATTEMPT_AT),
                time(item, QUARANTINED_AT),
                time(item, LAST_ATTEMPT_AT),
                required(item, TRUNCATED, AttributeValue::bool));
    }

    static QuarantineSummary readSummary(Map<String, AttributeValue> item) {
        return new QuarantineSummary(
                id(item),
                required(item, TABLE, AttributeValue::s),
                required(item, EVENT, AttributeValue::s),
                new ShardId(required(item, SHARD, AttributeValue::s)),
                new SequenceNumber(required(item, SEQUENCE_NUMBER, AttributeValue::s)),
                required(item, KEYS, AttributeValue::m),
                required(item, DEDUPLICATION_KEY, AttributeValue::s),
                set(item, FAILED),
                required(item, EXCEPTION, AttributeValue::s),
                required(item, MESSAGE, AttributeValue::s),
                attempts(item),
                time(item, QUARANTINED_AT),
                time(item, LAST_ATTEMPT_AT),
                required(item, TRUNCATED, AttributeValue::bool));
    }

    /** A message may hold half of a surrogate pair, which is no text to DynamoDB. */
    private static AttributeValue text(String text) {
        return fromS(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    }

    private static void putImage(
            Map<String, AttributeValue> item, String name, @Nullable Map<String, AttributeValue> image) {
        if (image != null) {
            item.put(name, fromM(image));
        }
    }

    private static void putSet(Map<String, AttributeValue> item, String name, Collection<String> elements) {
        if (!elements.isEmpty()) {
            item.put(name, fromSs(elements.stream().sorted().toList()));
        }
    }

    private static @Nullable Map<String, AttributeValue> image(Map<String, AttributeValue> item, String name) {
        return item.containsKey(name) ? required(item, name, AttributeValue::m) : null;
    }

    private static Set<String> set(Map<String, AttributeValue> item, String name) {
        return item.containsKey(name) ? Set.copyOf(required(item, name, AttributeValue::ss)) : Set.of();
    }

    private static int attempts(Map<String, AttributeValue> item) {
        return Integer.parseInt(required(item, ATTEMPTS, AttributeValue::n));
    }

    private static Instant time(Map<String, AttributeValue> item, String name) {
        return Instant.parse(required(item, name, AttributeValue::s));
    }

    /** Names the item by its id only: what it holds belongs in no log. */
    private static <T> T required(
            Map<String, AttributeValue> item, String name, Function<AttributeValue, @Nullable T> type) {
        AttributeValue value = item.get(name);
        T typed = value == null ? null : type.apply(value);
        if (typed == null) {
            throw new IllegalStateException(
                    "Quarantined record %s has no attribute '%s' of the right type".formatted(item.get(SK), name));
        }
        return typed;
    }
}
