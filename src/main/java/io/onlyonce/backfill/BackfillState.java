package io.onlyonce.backfill;

/** Where a backfill stands. */
public enum BackfillState {
    /** Items are being scanned, or will be by whichever process may. */
    RUNNING,
    /** An operator has paused the table in the process that scans. */
    PAUSED,
    /** Every item was scanned and has reached its end. */
    COMPLETED,
    /** An operator has ended it. */
    STOPPED,
    /** The table cannot be scanned, and asking again does not help. */
    FAILED
}
