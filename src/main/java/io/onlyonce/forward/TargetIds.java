package io.onlyonce.forward;

import io.onlyonce.ItemInserted;
import io.onlyonce.publication.ItemKeys;
import io.onlyonce.stream.Sha256;
import java.util.regex.Pattern;

/** Ids by which targets recognise repeats and keep order, of 128 letters, digits and punctuation marks, as FIFO queues and topics take; what does not fit is replaced by its SHA-256. */
final class TargetIds {

    private static final Pattern FITTING = Pattern.compile("[\\x21-\\x7e]{1,128}");

    private static final Pattern STREAM = Pattern.compile("/stream/.*");

    private TargetIds() {}

    /** The table belongs to it, with its Region and account, because several may forward to one queue under equal keys. Its stream does not: it may be replaced. */
    static String deduplicationId(ItemInserted<?> event) {
        return fit(STREAM.matcher(event.streamArn()).replaceFirst("") + ":" + event.deduplicationKey());
    }

    /** The same whenever listeners may get an item another time, whichever event brings it. */
    static String idempotencyKey(ItemInserted<?> event) {
        return event.deduplicationKey().equals(event.eventId()) ? event.eventId() : deduplicationId(event);
    }

    /** The event id, without dots, which Standard Webhooks puts between what it signs. Those of backfilled items have the name of a table, in which a dot may stand but no tilde. */
    static String webhookId(ItemInserted<?> event) {
        return event.eventId().replace('.', '~');
    }

    /** Changes of one item stay in order, and nothing else waits for anything. */
    static String groupId(ItemInserted<?> event) {
        return fit(ItemKeys.text(event.keys()));
    }

    private static String fit(String id) {
        return FITTING.matcher(id).matches() ? id : Sha256.hex(id);
    }
}
