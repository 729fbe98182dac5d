package io.onlyonce.ledger;

import java.util.Set;

/**
 * How far a delivery has come that is not finished.
 *
 * @param claim claim under which it runs
 * @param completedListeners listeners that have completed, earlier ones included
 * @param attempts failed attempts so far
 */
public record Progress(Claim claim, Set<String> completedListeners, int attempts) {}
