package io.onlyonce.kcl;

import io.onlyonce.engine.Clocks;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When a shard was read, and whether it is still there. Written by KCL's reading thread. */
final class ShardReads {

    private final Clocks clocks;
    private volatile long answeredNanos;
    private volatile @Nullable Instant lastSuccess;
    private volatile boolean vanished;

    ShardReads(Clocks clocks) {
        this.clocks = clocks;
        this.answeredNanos = clocks.nanos();
    }

    /** AWS answered, with an error perhaps. */
    void answered() {
        answeredNanos = clocks.nanos();
    }

    void succeeded() {
        answered();
        lastSuccess = clocks.now();
    }

    /** AWS knows the shard no more. The adapter will call that its end. */
    void vanished() {
        vanished = true;
    }

    boolean isVanished() {
        return vanished;
    }

    @Nullable Instant lastSuccess() {
        return lastSuccess;
    }

    Duration sinceAnswer() {
        return clocks.since(answeredNanos);
    }
}
