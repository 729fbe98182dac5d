package io.onlyonce.publication;

import io.onlyonce.ItemInserted;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.StreamRecord;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.springframework.core.ResolvableType;
import org.springframework.core.ResolvableTypeProvider;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** What travels on the event bus for a record: the raw item, and the way for each {@link ItemListener} to its own view of it. */
public final class PublishedItem implements ItemInserted<Map<String, AttributeValue>>, ResolvableTypeProvider {

    static final ResolvableType TYPE = ResolvableType.forClass(PublishedItem.class);

    private final Delivery delivery;

    PublishedItem(Delivery delivery) {
        this.delivery = delivery;
    }

    /**
     * Lets a listener handle the item, unless it does not hear the table or has completed; an item that the filter does not let pass is completed without. Never throws: how the listener ended is kept for the delivery.
     */
    public <T> void deliverTo(
            ItemListener listener,
            ItemMapper<T> mapper,
            Predicate<ItemInserted<T>> filter,
            Consumer<ItemInserted<T>> handler) {
        delivery.call(listener, mapper, filter, handler);
    }

    @Override
    public Map<String, AttributeValue> item() {
        return delivery.newImage();
    }

    @Override
    public Map<String, AttributeValue> keys() {
        return record().keys();
    }

    @Override
    public String table() {
        return delivery.table();
    }

    @Override
    public String streamArn() {
        return record().streamArn();
    }

    @Override
    public String eventId() {
        return record().eventId();
    }

    @Override
    public SequenceNumber sequenceNumber() {
        return record().sequenceNumber();
    }

    @Override
    public Instant createdAt() {
        return record().createdAt();
    }

    @Override
    public boolean backfilled() {
        return record().isBackfilled();
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
    public void commitWith(TransactWriteItem... items) {
        throw new IllegalStateException("commitWith works for @EventListener methods whose parameter is ItemInserted; "
                + "a listener for a wider type has no completion of its own");
    }

    @Override
    public ResolvableType getResolvableType() {
        return TYPE;
    }

    private StreamRecord record() {
        return delivery.record();
    }

    @Override
    public String toString() {
        return "ItemInserted[table=%s, eventId=%s, sequenceNumber=%s, redelivered=%s, attempt=%d]"
                .formatted(table(), eventId(), sequenceNumber(), redelivered(), attempt());
    }
}
