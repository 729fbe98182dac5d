package io.onlyonce.ledger;

import io.onlyonce.DuplicateKind;
import java.util.Set;

/** Answer of the ledger to a {@link Claim}. */
public sealed interface ClaimOutcome {

    /**
     * The claim stands; deliver the record.
     *
     * @param redelivered whether an earlier delivery was begun and never finished
     * @param completedListeners listeners that have completed for this key already
     * @param attempts failed attempts on record
     */
    record Claimed(boolean redelivered, Set<String> completedListeners, int attempts) implements ClaimOutcome {

        /** A first delivery. */
        public static final Claimed FRESH = new Claimed(false, Set.of(), 0);

        /** Whether nothing of an earlier delivery would be forgotten if the entry were deleted. */
        public boolean isFresh() {
            return equals(FRESH);
        }
    }

    /**
     * The key has reached its end; drop the record.
     *
     * @param kind how the record relates to the one that is on record
     */
    record Duplicate(DuplicateKind kind) implements ClaimOutcome {}

    /**
     * A delivery of this key is under way elsewhere: of another event, or of the same event in this process. Ask again later, or take it over if it is certain that the holder has
     * given up.
     *
     * @param holder token of that delivery
     * @param attempts its failed attempts; a change shows that it is alive
     */
    record InProgress(ClaimToken holder, int attempts) implements ClaimOutcome {}
}
