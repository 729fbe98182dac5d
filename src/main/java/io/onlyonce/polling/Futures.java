package io.onlyonce.polling;

import java.util.concurrent.CompletableFuture;

/** What comes after a future that may fail: going on, because whoever completed it has reported the failure. */
final class Futures {

    private Futures() {}

    /** Runs {@code next} when the future has completed, normally or not; on this thread if it has already. */
    static void afterwards(CompletableFuture<?> future, Runnable next) {
        var unused = future.whenComplete((done, error) -> next.run());
    }
}
