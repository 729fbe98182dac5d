/** Deduplication: who has claimed which record, and which records have reached their end. */
@NullMarked
package io.onlyonce.ledger;

import org.jspecify.annotations.NullMarked;
