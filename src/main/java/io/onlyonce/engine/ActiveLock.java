package io.onlyonce.engine;

/** Lets one process of a consumer be active while the others stand by. */
public interface ActiveLock {

    /**
     * Tries once to become the active process. To be called again and again while the answer is false: who stands by learns from its own repeated looks that the active process is silent.
     *
     * @param lost told, on a thread of the lock's, when this process may not be the active one any more; at most once
     * @return whether this process is active now; if not, another one is
     * @throws software.amazon.awssdk.core.exception.SdkException if it cannot be told, because DynamoDB does not answer
     */
    boolean acquire(Runnable lost);

    /** Lets another process become active at once. Does nothing if this process is not active. */
    void release();

    /** For engines whose processes share the work: each is active. */
    static ActiveLock shared() {
        return new ActiveLock() {
            @Override
            public boolean acquire(Runnable lost) {
                return true;
            }

            @Override
            public void release() {}
        };
    }
}
