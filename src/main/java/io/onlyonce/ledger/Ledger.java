package io.onlyonce.ledger;

import java.util.List;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Ledger of one consumer and table: which deduplication keys are claimed, completed or quarantined.
 *
 * <p>An entry is in one of three states. CLAIMED names the event, the token of the delivery, whether it is a redelivery, the listeners that have completed and the failed attempts.
 * COMPLETED and QUARANTINED are ends. Every method may be called from any thread and blocks for its round trips. Every method may be repeated unchanged after
 * {@link LedgerUnavailableException}: a write whose answer was lost is recognised by its token. Lists hold at most {@link #MAX_BATCH} elements with distinct keys; answers come in the
 * order of the questions.
 */
public interface Ledger {

    /** Most elements in one call; the limit of {@code BatchExecuteStatement} and {@code BatchWriteItem}. */
    int MAX_BATCH = 25;

    /**
     * Claims keys. One round trip when all are new. By what is on record for the key:
     *
     * <ul>
     *   <li>nothing, or a completed entry older than the retention (by its time stamp, deleted by DynamoDB or not): claimed, fresh;
     *   <li>this very token: claimed, with the marks that it was given (an answer was lost);
     *   <li>COMPLETED: duplicate; {@code REDELIVERY} for the same event and where one of the two is backfilled, otherwise {@code REINSERT}, or {@code CONFLICT} if the content hash differs;
     *   <li>not COMPLETED, and this event was set aside, be it before another event of the key or by a redrive that is not done: duplicate, {@code REDELIVERY};
     *   <li>QUARANTINED for another event, and the claim is of a backfilled item: duplicate, {@code REDELIVERY}; its redrive delivers the item;
     *   <li>QUARANTINED for another event otherwise: claimed, redelivered, with the listeners that had completed;
     *   <li>CLAIMED for the same event by another process: an earlier delivery that never finished; taken over, redelivered;
     *   <li>any other CLAIMED: in progress.
     * </ul>
     */
    List<ClaimOutcome> claim(List<Claim> claims);

    /**
     * Takes over an entry whose holder has given up: writes the claim, marked as redelivered, on condition that the entry is still held by {@code holder}, and keeps its completed listeners (and, for
     * the same event, its attempts). Otherwise answers as {@link #claim} does.
     */
    ClaimOutcome takeOver(Claim claim, ClaimToken holder);

    /** Deletes entries that are CLAIMED by these very tokens, for deliveries that were claimed fresh and not begun; leaves all others alone. */
    void release(List<Claim> claims);

    /**
     * Adds progress to what is on record where the entry is still CLAIMED by the token; listeners that are there stay, known to this delivery or not.
     *
     * @return for each element whether it was; {@code false} means that the claim is lost
     */
    List<Boolean> saveProgress(List<Progress> progress);

    /**
     * Puts keys on record as COMPLETED, whatever stood there: whoever calls this has run every listener, so it is true even if the claim was lost meanwhile (checked in src/model).
     */
    void complete(List<Claim> claims);

    /**
     * Writes {@code items} and the completion of {@code listener} in one transaction, on condition that the entry is CLAIMED by the token and the listener not completed. If the entry is CLAIMED by the
     * token and the listener is completed, an earlier call went through: nothing is written and the answer is {@link CommitOutcome#COMMITTED_BEFORE}.
     *
     * @param completedListeners listeners that have completed so far, put on record along with {@code listener}
     * @throws software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException if one of {@code items} was the reason
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException if DynamoDB finds one of {@code items} invalid
     */
    CommitOutcome commit(Claim claim, String listener, Set<String> completedListeners, List<TransactWriteItem> items);

    /**
     * Writes {@code items} and the entry's end QUARANTINED in one transaction, on condition that the entry is CLAIMED by the token. Repeated after it went through, it answers
     * {@link CommitOutcome#COMMITTED_BEFORE}. Throws as {@link #commit} does.
     */
    CommitOutcome quarantine(Progress progress, List<TransactWriteItem> items);

    /**
     * Claims a key for a redrive: QUARANTINED becomes CLAIMED, redelivered, with its completed listeners and no attempts; nothing on record becomes CLAIMED, redelivered. COMPLETED answers as {@link #claim}
     * does; CLAIMED is never taken over: in progress.
     */
    ClaimOutcome redrive(Claim claim);

    /**
     * Claims a key for a redrive whose holder has given up, as {@link #takeOver} does; if {@code holder} does not hold it any more, answers as {@link #redrive} does. A holder that has set the record aside once
     * more is no duplicate of it.
     */
    ClaimOutcome redriveFrom(Claim claim, ClaimToken holder);
}
