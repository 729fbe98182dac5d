package io.onlyonce.quarantine;

import io.onlyonce.stream.StreamRecord;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Identifiers of quarantined records: {@code <table>~<creation time>~<sequence number>~<digest of the event id>}, for example
 * {@code orders~20260714T101500Z~0000000000000000000300000000000499659~c4ca4238}.
 *
 * <p>An identifier is made of the record alone, so it is the same however often and by whichever process a record of a stream is set aside. An item that a backfill has found has the time at which it was read and its
 * place in the scan instead, and so another identifier in each backfill; it is in quarantine once all the same, because the ledger knows that it was set aside. An identifier needs no escaping in a URL: a tilde is unreserved, and cannot stand in
 * the name of a table. And it sorts: all of a table stand together, in the order in which their items were written (or found), those of one shard in the order of the shard. So it can be the key under which the
 * record is stored, and finding one by its identifier is a single read.
 */
public final class QuarantineId {

    private static final String SEPARATOR = "~";
    private static final int SEQUENCE_NUMBER_DIGITS = 40;
    private static final DateTimeFormatter CREATED_AT =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern PATTERN = Pattern.compile("[^~#/]{1,255}~\\d{8}T\\d{6}Z~\\d{40,64}~[0-9a-f]{8}");

    private QuarantineId() {}

    /** Identifier of a record of a table. */
    public static String of(String table, StreamRecord record) {
        String digits = record.sequenceNumber().digits();
        return String.join(
                SEPARATOR,
                table,
                CREATED_AT.format(record.createdAt()),
                "0".repeat(Math.max(0, SEQUENCE_NUMBER_DIGITS - digits.length())) + digits,
                digest(record.eventId()));
    }

    /** What all identifiers of a table begin with, and no others. */
    static String prefix(String table) {
        return table + SEPARATOR;
    }

    /** Whether a text could be an identifier at all. */
    static boolean isWellFormed(String text) {
        return PATTERN.matcher(text).matches();
    }

    /** Only keeps apart what the rest does not: equal sequence numbers in two shards, within one second. */
    private static String digest(String eventId) {
        return UUID.nameUUIDFromBytes(eventId.getBytes(StandardCharsets.UTF_8))
                .toString()
                .substring(0, 8);
    }
}
