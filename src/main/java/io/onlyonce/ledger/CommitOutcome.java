package io.onlyonce.ledger;

/** What became of a transaction that carries a listener's completion. */
public enum CommitOutcome {
    /** Written now. */
    COMMITTED,
    /** Written by an earlier call whose answer was lost; nothing was written now, so nothing that came with this call is on record. */
    COMMITTED_BEFORE,
    /** The entry is held by another delivery or has reached its end; nothing was written. */
    CLAIM_LOST;

    /** Whether it is written, now or before. */
    public boolean isWritten() {
        return this != CLAIM_LOST;
    }
}
