package io.onlyonce.ledger;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is on record for a key.
 *
 * @param state where the key stands
 * @param eventId event of the delivery, or of the end
 * @param token token of that delivery
 * @param contentHash content hash of its claim
 * @param redelivered whether the claim was marked so; kept, so that a repeated claim gets the same answer
 * @param completedListeners listeners that have completed, as long as the key is not COMPLETED
 * @param attempts failed attempts
 * @param expires when DynamoDB may delete the entry; absent if never
 */
record LedgerEntry(
        State state,
        String eventId,
        ClaimToken token,
        String contentHash,
        boolean redelivered,
        Set<String> completedListeners,
        int attempts,
        @Nullable Instant expires) {

    enum State {
        CLAIMED,
        COMPLETED,
        QUARANTINED
    }

    LedgerEntry {
        completedListeners = Set.copyOf(completedListeners);
    }

    static LedgerEntry claimed(
            Claim claim, boolean redelivered, Set<String> completedListeners, int attempts, Instant expires) {
        return new LedgerEntry(
                State.CLAIMED,
                claim.eventId(),
                claim.token(),
                claim.contentHash(),
                redelivered,
                completedListeners,
                attempts,
                expires);
    }

    static LedgerEntry completed(Claim claim, Instant expires) {
        return new LedgerEntry(
                State.COMPLETED, claim.eventId(), claim.token(), claim.contentHash(), false, Set.of(), 0, expires);
    }

    LedgerEntry withProgress(Set<String> listeners, int failedAttempts, Instant newExpires) {
        return new LedgerEntry(
                state, eventId, token, contentHash, redelivered, union(listeners), failedAttempts, newExpires);
    }

    LedgerEntry quarantined(Set<String> listeners, int failedAttempts) {
        return new LedgerEntry(
                State.QUARANTINED, eventId, token, contentHash, redelivered, union(listeners), failedAttempts, null);
    }

    boolean isClaimedBy(ClaimToken holder) {
        return state == State.CLAIMED && token.equals(holder);
    }

    boolean isQuarantinedBy(ClaimToken holder) {
        return state == State.QUARANTINED && token.equals(holder);
    }

    boolean isFor(Claim claim) {
        return eventId.equals(claim.eventId());
    }

    /** Whether this is an end that counts no more. A claim does not expire: its time stamp only lets DynamoDB sweep what nobody asks for again. */
    boolean isOutlived(Instant now) {
        return state == State.COMPLETED && expires != null && !now.isBefore(expires);
    }

    private Set<String> union(Set<String> listeners) {
        var all = new LinkedHashSet<>(completedListeners);
        all.addAll(listeners);
        return all;
    }
}
