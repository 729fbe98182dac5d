package io.onlyonce.publication;

import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/** Paces what is repeated until it succeeds. */
final class BackOffs {

    private BackOffs() {}

    /** For calls of the ledger that were throttled or not answered: soon at first, never more than five seconds apart, without an end. */
    static BackOffExecution forLedger() {
        var backOff = new ExponentialBackOff(50, 2);
        backOff.setMaxInterval(5_000);
        backOff.setJitter(25);
        return backOff.start();
    }

    /** For looking again at a key that another process works on. */
    static BackOffExecution forConcurrentDuplicate() {
        var backOff = new ExponentialBackOff(100, 1.5);
        backOff.setMaxInterval(1_000);
        return backOff.start();
    }
}
