package io.onlyonce.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
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
 * @param setAside events of the key that were set aside before this one, or that this claim redrives; the latest last, as long as the key is not COMPLETED
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
        List<String> setAside,
        @Nullable Instant expires) {

    /** Bounds the entry of a key whose events fail one after the other. Of more than these, the oldest is delivered again if it is read again. */
    private static final int MOST_SET_ASIDE = 1000;

    enum State {
        CLAIMED,
        COMPLETED,
        QUARANTINED
    }

    LedgerEntry {
        completedListeners = Set.copyOf(completedListeners);
        setAside = List.copyOf(setAside.subList(Math.max(0, setAside.size() - MOST_SET_ASIDE), setAside.size()));
    }

    static LedgerEntry claimed(
            Claim claim,
            boolean redelivered,
            Set<String> completedListeners,
            int attempts,
            List<String> setAside,
            Instant expires) {
        return new LedgerEntry(
                State.CLAIMED,
                claim.eventId(),
                claim.token(),
                claim.contentHash(),
                redelivered,
                completedListeners,
                attempts,
                setAside,
                expires);
    }

    static LedgerEntry completed(Claim claim, Instant expires) {
        return new LedgerEntry(
                State.COMPLETED,
                claim.eventId(),
                claim.token(),
                claim.contentHash(),
                false,
                Set.of(),
                0,
                List.of(),
                expires);
    }

    LedgerEntry withProgress(Set<String> listeners, int failedAttempts, Instant newExpires) {
        return new LedgerEntry(
                state,
                eventId,
                token,
                contentHash,
                redelivered,
                union(listeners),
                failedAttempts,
                setAside,
                newExpires);
    }

    LedgerEntry quarantined(Set<String> listeners, int failedAttempts) {
        return new LedgerEntry(
                State.QUARANTINED,
                eventId,
                token,
                contentHash,
                redelivered,
                union(listeners),
                failedAttempts,
                setAside,
                null);
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

    /** Whether an event was set aside. It stays so until the key is COMPLETED, whichever event of the key is delivered meanwhile. */
    boolean hasSetAside(String event) {
        return setAside.contains(event) || (state == State.QUARANTINED && eventId.equals(event));
    }

    /** Events that were set aside, for the claim that comes next. */
    List<String> setAsideSoFar() {
        return state == State.QUARANTINED ? append(setAside, eventId) : setAside;
    }

    /** Events with one more, which then is the latest. */
    static List<String> append(List<String> events, String event) {
        var all = new ArrayList<>(events);
        all.remove(event);
        all.add(event);
        return all;
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
