package io.onlyonce.ledger;

import io.onlyonce.ledger.LedgerActions.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** Writes a caller's items together with a change of an entry, and reads the reasons where DynamoDB cancels that. */
final class LedgerTransactions {

    private static final String NO_REASON = "None";
    private static final String CONDITION_FAILED = "ConditionalCheckFailed";
    private static final Set<String> PASSING =
            Set.of("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded");
    private static final String INVALID_REQUEST = "ValidationException";

    private final DynamoDbClient client;
    private final LedgerBatches batches;
    private final String ledgerTable;

    LedgerTransactions(DynamoDbClient client, LedgerBatches batches, String ledgerTable) {
        this.client = client;
        this.batches = batches;
        this.ledgerTable = ledgerTable;
    }

    /** Writes all or nothing. The entry comes last, so that the reasons of a cancellation line up with the caller's items. */
    CommitOutcome write(List<TransactWriteItem> items, Action action) {
        var all = new ArrayList<>(items);
        all.add(action.item());
        for (int attempt = 1; ; attempt++) {
            // One for the tries that the SDK makes of one request, a new one for each of ours: those follow a
            // cancellation.
            var requestToken = UUID.randomUUID().toString();
            try {
                client.transactWriteItems(request -> request.transactItems(all).clientRequestToken(requestToken));
                return CommitOutcome.COMMITTED;
            } catch (TransactionCanceledException e) {
                var outcome = outcome(e, action, attempt == Backoff.TRIES);
                if (outcome.isPresent()) {
                    return outcome.get();
                }
            } catch (DynamoDbException e) {
                // The entry's own part is always valid, so it is an item of the caller that is not.
                throw isInvalid(e) && !items.isEmpty() ? e : unavailable(e);
            } catch (SdkException e) {
                throw unavailable(e);
            }
            Backoff.pauseAfter(attempt);
        }
    }

    /** Outcome of a cancelled transaction; empty if it is worth another try. */
    private Optional<CommitOutcome> outcome(TransactionCanceledException cancelled, Action action, boolean last) {
        var reasons = cancelled.cancellationReasons();
        var codes = reasons.stream().map(LedgerTransactions::code).toList();
        var ledgerCode = codes.isEmpty() ? NO_REASON : codes.get(codes.size() - 1);
        if (ledgerCode.equals(CONDITION_FAILED)) {
            var entry = reasons.get(reasons.size() - 1).item();
            boolean wentThrough = !entry.isEmpty() && action.wentThrough().test(LedgerItems.read(entry));
            return Optional.of(wentThrough ? CommitOutcome.COMMITTED_BEFORE : CommitOutcome.CLAIM_LOST);
        }
        boolean passing = PASSING.contains(ledgerCode)
                || codes.stream().allMatch(code -> code.equals(NO_REASON) || PASSING.contains(code));
        if (passing && !last) {
            return Optional.empty();
        }
        if (!ledgerCode.equals(NO_REASON)) {
            throw unavailable(cancelled);
        }
        return Optional.of(afterRefusedItems(cancelled, action));
    }

    /**
     * One of the caller's items was the reason. If an earlier call went through, its own effects may be what refuses the items now; and nowhere is it promised that DynamoDB looks at the entry too,
     * once an item has been refused.
     */
    private CommitOutcome afterRefusedItems(TransactionCanceledException cancelled, Action action) {
        var entry = batches.read(List.of(action.key())).get(action.key());
        if (entry != null && action.wentThrough().test(entry)) {
            return CommitOutcome.COMMITTED_BEFORE;
        }
        if (entry == null || !entry.isClaimedBy(action.token())) {
            return CommitOutcome.CLAIM_LOST;
        }
        throw cancelled;
    }

    private static String code(CancellationReason reason) {
        return reason.code() == null ? NO_REASON : reason.code();
    }

    private static boolean isInvalid(DynamoDbException e) {
        return e.awsErrorDetails() != null
                && INVALID_REQUEST.equals(e.awsErrorDetails().errorCode());
    }

    private LedgerUnavailableException unavailable(SdkException cause) {
        return LedgerUnavailableException.during("TransactWriteItems", ledgerTable, cause);
    }
}
