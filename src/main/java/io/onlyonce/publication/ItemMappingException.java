package io.onlyonce.publication;

import io.onlyonce.stream.StreamRecord;

/** An image does not fit the type that a listener asked for. Trying again would not help. What the converter said stays with the cause, because it may quote the item. */
final class ItemMappingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ItemMappingException(StreamRecord record, ItemListener listener, RuntimeException cause) {
        super(
                "The image of event %s does not fit what listener %s asks for: %s"
                        .formatted(
                                record.eventId(),
                                listener.id(),
                                cause.getClass().getName()),
                cause);
    }
}
