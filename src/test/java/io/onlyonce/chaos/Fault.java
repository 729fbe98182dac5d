package io.onlyonce.chaos;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A way in which a call goes wrong. Unless a constant says otherwise, the call has no effect. */
enum Fault {
    /** Answer 400 {@code ProvisionedThroughputExceededException}. */
    PROVISIONED_THROUGHPUT_EXCEEDED(
            Where.DATA_CALLS, 400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"),
    /** Answer 400 {@code ThrottlingException}. */
    THROTTLING(Where.EVERYWHERE, 400, "com.amazon.coral.availability#ThrottlingException"),
    /** Answer 400 {@code LimitExceededException}, as too many readers of a shard or too many changes of tables get it. */
    LIMIT_EXCEEDED(Where.LIMITED_CALLS, 400, "com.amazonaws.dynamodb.v20120810#LimitExceededException"),
    /** Answer 500. */
    INTERNAL_SERVER_ERROR(Where.EVERYWHERE, 500, "com.amazonaws.dynamodb.v20120810#InternalServerError"),
    /** Answer 503. */
    SERVICE_UNAVAILABLE(Where.EVERYWHERE, 503, "com.amazon.coral.availability#ServiceUnavailableException"),
    /** The connection is reset before the service gets the request. */
    RESET_BEFORE(Where.EVERYWHERE),
    /** The request takes effect, then the connection is reset in place of the answer. */
    RESET_AFTER(Where.EVERYWHERE),
    /** The request reaches the service late; also if the caller has given up or died meanwhile. Joins other faults. */
    DELAYED_REQUEST(Where.EVERYWHERE),
    /** The request takes effect at once, the answer comes late. Joins other faults. */
    DELAYED_ANSWER(Where.EVERYWHERE),
    /** Answer 400 {@code ExpiredIteratorException}. */
    EXPIRED_ITERATOR(Where.GET_RECORDS, 400, "com.amazonaws.dynamodb.v20120810#ExpiredIteratorException"),
    /**
     * The shard's previous page once more, with the iterator that followed it: nothing is lost by it. Happens to the reader that had that page only. Parts: the INSERT records of the page.
     */
    REPEATED_PAGE(Where.GET_RECORDS),
    /** No records, and the iterator that was asked with. */
    EMPTY_PAGE(Where.GET_RECORDS),
    /** Some statements, at least one, answered {@code ThrottlingError} and not executed. Parts: those. */
    STATEMENTS_THROTTLED(Where.BATCH_EXECUTE_STATEMENT),
    /** Some of several requests come back unprocessed. Parts: those. */
    UNPROCESSED_ITEMS(Where.BATCH_WRITE_ITEM),
    /** Some of several keys come back unprocessed. Parts: those. */
    UNPROCESSED_KEYS(Where.BATCH_GET_ITEM),
    /** Answer 400 {@code TransactionCanceledException}, {@code TransactionConflict} being the reason of one item. */
    TRANSACTION_CONFLICT(Where.TRANSACT_WRITE_ITEMS),
    /** Answer 400 {@code TransactionInProgressException}. */
    TRANSACTION_IN_PROGRESS(
            Where.TRANSACT_WRITE_ITEMS, 400, "com.amazonaws.dynamodb.v20120810#TransactionInProgressException"),
    /** Every connection is reset; not by a plan, but by {@link FaultControl#outage}. */
    OUTAGE(Where.NOWHERE);

    private static final Set<String> DATA_CALLS = Set.of(
            "BatchExecuteStatement",
            "BatchGetItem",
            "BatchWriteItem",
            "DeleteItem",
            "ExecuteStatement",
            "ExecuteTransaction",
            "GetItem",
            "PutItem",
            "Query",
            "Scan",
            "TransactGetItems",
            "TransactWriteItems",
            "UpdateItem");

    private static final Set<String> LIMITED_CALLS =
            Set.of("CreateTable", "DeleteTable", "DescribeStream", "GetRecords", "UpdateTable", "UpdateTimeToLive");

    private final Where where;
    private final int status;
    private final @Nullable String type;

    Fault(Where where) {
        this(where, 0, null);
    }

    Fault(Where where, int status, @Nullable String type) {
        this.where = where;
        this.status = status;
        this.type = type;
    }

    /** Whether the service can fail so in an operation. */
    boolean fits(String operation) {
        return switch (where) {
            case EVERYWHERE -> true;
            case NOWHERE -> false;
            case DATA_CALLS -> DATA_CALLS.contains(operation);
            case LIMITED_CALLS -> LIMITED_CALLS.contains(operation);
            case GET_RECORDS -> operation.equals("GetRecords");
            case BATCH_EXECUTE_STATEMENT -> operation.equals("BatchExecuteStatement");
            case BATCH_GET_ITEM -> operation.equals("BatchGetItem");
            case BATCH_WRITE_ITEM -> operation.equals("BatchWriteItem");
            case TRANSACT_WRITE_ITEMS -> operation.equals("TransactWriteItems");
        };
    }

    /** Whether it may come on top of another fault. */
    boolean isDelay() {
        return this == DELAYED_REQUEST || this == DELAYED_ANSWER;
    }

    /** The answer that is the whole fault; none if there is more to it. */
    @Nullable HttpMessage answer() {
        return type == null
                ? null
                : HttpMessage.answer(status, "{\"__type\":\"" + type + "\",\"message\":\"Injected: " + name() + "\"}");
    }

    private enum Where {
        EVERYWHERE,
        NOWHERE,
        DATA_CALLS,
        LIMITED_CALLS,
        GET_RECORDS,
        BATCH_EXECUTE_STATEMENT,
        BATCH_GET_ITEM,
        BATCH_WRITE_ITEM,
        TRANSACT_WRITE_ITEMS
    }
}
