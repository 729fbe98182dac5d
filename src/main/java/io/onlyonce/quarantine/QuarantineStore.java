package io.onlyonce.quarantine;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** Quarantined records of one consumer. Methods block for their round trips, may be called from any thread, and throw the SDK's exceptions when DynamoDB cannot answer. */
public interface QuarantineStore {

    /**
     * The write that sets a record aside (again), to be made part of the transaction that ends it in the ledger. If the record is larger than an item may be, the old image, part of the stack trace or the new image is left out,
     * and the stored record is marked as truncated.
     */
    TransactWriteItem put(QuarantinedRecord quarantined);

    /**
     * Lists records: table by table, and within a table in the order in which their items were written, those of one shard in the order of the shard. A record that is set aside meanwhile may come to stand before the cursor; the
     * next listing shows it.
     *
     * @param table only of this table; absent for all
     * @param cursor where an earlier page ended; absent for the first page
     * @param limit most records of the page
     * @throws IllegalArgumentException if the cursor is none that a page of such a listing gave, or the limit is below 1
     */
    Page list(@Nullable String table, @Nullable String cursor, int limit);

    /** One record in full; empty if there is none (any more). */
    Optional<QuarantinedRecord> find(String id);

    /** Removes a record; answers whether it was there. */
    boolean delete(String id);

    /**
     * Part of a listing.
     *
     * @param records records of the page, without what makes them large
     * @param cursor where the next page begins, opaque, needs no escaping in a URL; absent on the last page
     */
    record Page(List<QuarantineSummary> records, @Nullable String cursor) {}
}
