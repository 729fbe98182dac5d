package io.onlyonce;

import io.onlyonce.stream.SequenceNumber;
import java.time.Instant;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * A new item appeared in a table. Handled by a bean's method:
 *
 * <pre>{@code
 * @EventListener
 * void on(ItemInserted<Order> event) { ... }
 * }</pre>
 *
 * <p>Each listener method completes for itself: it is called until it has returned once without an exception, and then never again for this
 * deduplication key within the ledger's retention. Calls come one after the other on a worker thread of the consumer, never concurrently for one item. If the process
 * dies between a listener's effect and its completion, the listener is called again and {@link #redelivered()} says so; only an effect written by
 * {@link #commitWith} happens exactly once even then.
 *
 * @param <T> type of the item: a {@code @DynamoDbBean} (or any type with a {@code TableSchema}), or {@code Map<String, AttributeValue>} for the raw image
 */
public interface ItemInserted<T> {

    /**
     * The item as it was inserted.
     *
     * @throws RuntimeException if the image cannot be mapped to {@code T}; let it pass, so that the record is set aside with the reason
     */
    T item();

    /** Primary key of the item. */
    Map<String, AttributeValue> keys();

    /** Name of the table. */
    String table();

    /** ARN of the stream that brought the change; that of the table, for a backfilled item. */
    String streamArn();

    /** Identifier of the change; the same whenever the record is delivered. */
    String eventId();

    /** Place of the record in its shard; comparable among the changes of one item. That of a backfilled item is its place in the scan, a small number below all of a stream. */
    SequenceNumber sequenceNumber();

    /** When DynamoDB recorded the change, rounded down to the second by AWS. DynamoDB does not know when a backfilled item was created: it is the time at which the scan read it. */
    Instant createdAt();

    /** Whether the item was found by a scan of the table and not read from its stream; {@link #item()} is then the item as it stood at that time, whatever has changed it since it was inserted. */
    default boolean backfilled() {
        return false;
    }

    /** The key under which duplicates are recognised, as configured by {@code onlyonce.streams.<table>.key}. */
    String deduplicationKey();

    /**
     * Whether an earlier delivery was begun, here or elsewhere, and its end is not known. {@code false} on at most one of all deliveries of one event; retries within
     * one delivery do not change it.
     */
    boolean redelivered();

    /** Which attempt of the calling listener this is, counting from 1. */
    int attempt();

    /**
     * Writes {@code items} and the completion of the calling listener in one DynamoDB transaction, so that they take effect exactly once, whatever crashes. If an earlier attempt's
     * transaction went through although its answer was lost, this one changes nothing and returns as usual.
     *
     * <p>To be called at most once per event, from the listener's own thread, as its last step: afterwards the listener counts as completed, even if it throws.
     *
     * @param items at most 99 actions; none may address an Onlyonce table
     * @throws software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException if a condition of one of {@code items} failed or an item is contended; nothing was
     *     written, and the cancellation reasons stand in the order of {@code items}, the last one being the ledger's
     * @throws IllegalStateException if called twice, outside the listener, or with no or too many items
     */
    void commitWith(TransactWriteItem... items);
}
