package io.onlyonce.publication;

import io.onlyonce.ItemInserted;
import io.onlyonce.ledger.CommitOutcome;
import io.onlyonce.ledger.LedgerUnavailableException;
import io.onlyonce.stream.SequenceNumber;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.core.ResolvableTypeProvider;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** One call of one listener: the item as that listener asked for it, and its own {@code commitWith}. */
final class ListenerCall<T> implements ItemInserted<T>, ResolvableTypeProvider {

    private static final int MOST_ITEMS = 99;

    private final Delivery delivery;
    private final ItemListener listener;
    private final ItemMapper<T> mapper;
    private final Thread thread = Thread.currentThread();
    private @Nullable T item;
    private boolean returned;
    private boolean committed;
    private @Nullable RuntimeException ledgerFailure;

    ListenerCall(Delivery delivery, ItemListener listener, ItemMapper<T> mapper) {
        this.delivery = delivery;
        this.listener = listener;
        this.mapper = mapper;
    }

    @Override
    public T item() {
        T mapped = item;
        if (mapped == null) {
            try {
                mapped = mapper.map(delivery.newImage());
            } catch (RuntimeException e) {
                throw new ItemMappingException(delivery.record(), listener, e);
            }
            item = mapped;
        }
        return mapped;
    }

    @Override
    public void commitWith(TransactWriteItem... items) {
        if (returned || Thread.currentThread() != thread) {
            throw new IllegalStateException(
                    "commitWith must be called by the listener itself, on its own thread and before it returns");
        }
        if (committed) {
            throw new IllegalStateException(
                    "commitWith was called already for this event; give it all items in one call");
        }
        if (items.length == 0 || items.length > MOST_ITEMS) {
            throw new IllegalStateException(
                    "commitWith takes 1 to %d items, because a DynamoDB transaction holds 100 and".formatted(MOST_ITEMS)
                            + " one is the listener's completion, but was given " + items.length);
        }
        CommitOutcome outcome;
        try {
            outcome = delivery.commit(listener, List.of(items));
        } catch (LedgerUnavailableException e) {
            ledgerFailure = e;
            throw e;
        }
        if (!outcome.isWritten()) {
            ledgerFailure = new ClaimLostException(delivery.record());
            throw ledgerFailure;
        }
        committed = true;
    }

    /** Ends the call; a later {@link #commitWith} is refused. */
    void markReturned() {
        returned = true;
    }

    /** Whether the listener's completion is in the ledger. */
    boolean committed() {
        return committed;
    }

    /** Failure of the ledger within {@link #commitWith}, kept because a listener may have swallowed it. */
    @Nullable RuntimeException ledgerFailure() {
        return ledgerFailure;
    }

    @Override
    public Map<String, AttributeValue> keys() {
        return delivery.record().keys();
    }

    @Override
    public String table() {
        return delivery.table();
    }

    @Override
    public String streamArn() {
        return delivery.record().streamArn();
    }

    @Override
    public String eventId() {
        return delivery.record().eventId();
    }

    @Override
    public SequenceNumber sequenceNumber() {
        return delivery.record().sequenceNumber();
    }

    @Override
    public Instant createdAt() {
        return delivery.record().createdAt();
    }

    @Override
    public boolean backfilled() {
        return delivery.record().isBackfilled();
    }

    @Override
    public String deduplicationKey() {
        return delivery.claim().key();
    }

    @Override
    public boolean redelivered() {
        return delivery.redelivered();
    }

    @Override
    public int attempt() {
        return delivery.attempts() + 1;
    }

    @Override
    public ResolvableType getResolvableType() {
        return ResolvableType.forClass(ItemInserted.class);
    }

    @Override
    public String toString() {
        return "ItemInserted[table=%s, eventId=%s, sequenceNumber=%s, redelivered=%s, attempt=%d]"
                .formatted(table(), eventId(), sequenceNumber(), redelivered(), attempt());
    }
}
