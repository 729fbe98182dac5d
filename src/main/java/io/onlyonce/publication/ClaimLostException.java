package io.onlyonce.publication;

import io.onlyonce.stream.StreamRecord;

/** Unwinds a listener whose record another process has taken over; the delivery recognises it, so it never counts as the listener's failure. */
final class ClaimLostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ClaimLostException(StreamRecord record) {
        super("Event %s was taken over by another process; nothing was written".formatted(record.eventId()));
    }
}
