package io.onlyonce.backfill;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the last backfill of a table stands. Methods block for their round trip and throw the SDK's exceptions when DynamoDB cannot answer; repeating a call is harmless. */
interface BackfillStore {

    /** The last one, by a strongly consistent read; absent if there was none. */
    Optional<BackfillRun> find();

    /**
     * Puts one in the place of another, on condition that nobody has written since.
     *
     * @param seen what is expected to be stored; absent for nothing
     * @return whether it stands; {@code false} means that somebody else has written
     */
    boolean replace(@Nullable BackfillRun seen, BackfillRun next);
}
