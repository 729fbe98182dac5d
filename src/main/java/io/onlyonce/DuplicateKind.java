package io.onlyonce;

/** Why a record is a duplicate. */
public enum DuplicateKind {
    /** The producer wrote an existing key again; arrives as MODIFY. */
    REWRITE,
    /** The same record was read again although its end is in the ledger, or one of the two was read from the table by a backfill, which says nothing about the producer. */
    REDELIVERY,
    /** Another INSERT carries a deduplication key that is already completed. */
    REINSERT,
    /** As {@link #REINSERT}, and its content differs from what was completed. */
    CONFLICT
}
