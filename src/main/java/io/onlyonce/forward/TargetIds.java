package io.onlyonce.forward;

import io.onlyonce.ItemInserted;
import io.onlyonce.publication.ItemKeys;
import io.onlyonce.stream.Sha256;
import java.util.regex.Pattern;

/** Ids for FIFO queues and topics, which take 128 letters, digits and punctuation marks; what does not fit is replaced by its SHA-256. */
final class FifoIds {

    private static final Pattern FITTING = Pattern.compile("[\\x21-\\x7e]{1,128}");

    private static final Pattern STREAM = Pattern.compile("/stream/.*");

    private FifoIds() {}

    /** The table belongs to it, with its Region and account, because several may forward to one queue under equal keys. Its stream does not: it may be replaced. */
    static String deduplicationId(ItemInserted<?> event) {
        return fit(STREAM.matcher(event.streamArn()).replaceFirst("") + ":" + event.deduplicationKey());
    }

    /** Changes of one item stay in order, and nothing else waits for anything. */
    static String groupId(ItemInserted<?> event) {
        return fit(ItemKeys.text(event.keys()));
    }

    private static String fit(String id) {
        return FITTING.matcher(id).matches() ? id : Sha256.hex(id);
    }
}
