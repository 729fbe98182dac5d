package io.onlyonce.actuate;

import io.onlyonce.publication.Redrive;
import io.onlyonce.quarantine.QuarantineStore;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Quarantined records, to look at, redrive and discard. It is the one place that shows what items hold. Over HTTP only, because its answers are statuses; redrives and discards need write access
 * ({@code management.endpoint.quarantine.access=unrestricted}, within {@code management.endpoints.access.max-permitted}) and leave an audit event each.
 */
@WebEndpoint(id = "quarantine", defaultAccess = Access.READ_ONLY)
public final class QuarantineEndpoint {

    private static final int DEFAULT_LIMIT = 100;
    private static final int LARGEST_LIMIT = 1000;

    private final QuarantineStore store;
    private final Set<String> tables;
    private final QuarantineOperations operations;

    /** Reads from {@code store}, knows the configured {@code tables}, redrives through {@code redrive} and publishes audit events on {@code publisher}. */
    public QuarantineEndpoint(
            QuarantineStore store, Set<String> tables, Redrive redrive, ApplicationEventPublisher publisher) {
        this.store = store;
        this.tables = tables;
        this.operations = new QuarantineOperations(store, redrive, new QuarantineAudit(publisher));
    }

    /**
     * Lists records in the order in which their items were written; 404 with the tables that there are for one that is neither configured nor has records here. One that has them can be listed whether it is configured
     * or not.
     *
     * @param table only of this table
     * @param cursor where the page before ended
     * @param limit most records of the page, 100 if absent, at most 1000
     */
    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> list(
            @Nullable String table, @Nullable String cursor, @Nullable Integer limit) {
        try {
            var page = store.list(table, cursor, checked(limit));
            if (table != null && isUnknown(table, cursor, page)) {
                return unknown(table);
            }
            return new WebEndpointResponse<>(QuarantineDescriptor.of(page));
        } catch (IllegalArgumentException e) {
            return badRequest(e);
        }
    }

    /** Shows one record in full, with the item's images and the stack trace. */
    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> record(@Selector String id) {
        return store.find(id)
                .map(record -> new WebEndpointResponse<OperationResponseBody>(QuarantinedRecordDescriptor.of(record)))
                .orElseGet(() -> new WebEndpointResponse<>(
                        new ProblemDescriptor("No quarantined record has this id"),
                        WebEndpointResponse.STATUS_NOT_FOUND));
    }

    /** Delivers a record once more to the listeners that have not completed, and answers when they have returned. It takes nothing but the path: with any other parameter, Boot would demand a JSON body. */
    @WriteOperation
    public WebEndpointResponse<OperationResponseBody> redrive(@Selector String id) {
        return operations.redrive(id);
    }

    /**
     * Redrives the records of a table one after the other, in the order of the listing. Records that fail stay where they are, so the answer's cursor leads past them. 404 as {@link #list} does.
     *
     * @param cursor where the call before ended
     * @param limit most records to redrive, 100 if absent, at most 1000
     */
    @WriteOperation
    public WebEndpointResponse<OperationResponseBody> redriveAll(
            String table, @Nullable String cursor, @Nullable Integer limit) {
        QuarantineStore.Page page;
        try {
            page = store.list(table, cursor, checked(limit));
        } catch (IllegalArgumentException e) {
            return badRequest(e);
        }
        return isUnknown(table, cursor, page) ? unknown(table) : operations.redriveAll(table, cursor, page);
    }

    /**
     * Forgets a record for good. Its entry in the ledger stays as it is, so the same event is dropped as a redelivery should the stream deliver it once more; another event with its deduplication key is delivered. A redrive that
     * is under way is not stopped, and one that fails sets the record aside once more.
     */
    @DeleteOperation
    public WebEndpointResponse<OperationResponseBody> discard(@Selector String id) {
        return operations.discard(id);
    }

    /** A page that follows another may be empty because its records were discarded meanwhile. */
    private boolean isUnknown(String table, @Nullable String cursor, QuarantineStore.Page page) {
        return cursor == null && page.records().isEmpty() && !tables.contains(table);
    }

    private WebEndpointResponse<OperationResponseBody> unknown(String table) {
        return new WebEndpointResponse<>(
                new RefusalDescriptor(
                        "Table '%s' is not consumed and has nothing in quarantine".formatted(table),
                        List.copyOf(tables)),
                WebEndpointResponse.STATUS_NOT_FOUND);
    }

    private static int checked(@Nullable Integer limit) {
        if (limit == null) {
            return DEFAULT_LIMIT;
        }
        if (limit < 1 || limit > LARGEST_LIMIT) {
            throw new IllegalArgumentException(
                    "Limit must be from 1 to %d, but was %d".formatted(LARGEST_LIMIT, limit));
        }
        return limit;
    }

    private static WebEndpointResponse<OperationResponseBody> badRequest(IllegalArgumentException e) {
        return new WebEndpointResponse<>(
                new ProblemDescriptor(String.valueOf(e.getMessage())), WebEndpointResponse.STATUS_BAD_REQUEST);
    }
}
