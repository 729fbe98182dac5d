package io.onlyonce.ledger;

/** What became of a transaction that carries a listener's completion. */
public enum CommitOutcome {
    /** Written now, or by an earlier call with the same claim whose answer was lost. */
    COMMITTED,
    /** The entry is held by another delivery or has reached its end; nothing was written. */
    CLAIM_LOST
}
