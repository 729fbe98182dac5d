package io.onlyonce.engine;

import io.onlyonce.GapDetected;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gaps of a table that were reported already, with a warning each: the last thousand. A shard that is opened anew meets the same gap again. */
public final class GapLog {

    private static final Logger log = LoggerFactory.getLogger(GapLog.class);

    private record Known(
            GapDetected.Reason reason, String streamArn, @Nullable ShardId shardId, @Nullable SequenceNumber after) {}

    private static final int MAX_KNOWN = 1_000;

    private final Set<Known> known = new LinkedHashSet<>();

    /** Whether the gap is a new one. */
    public synchronized boolean add(GapDetected gap) {
        boolean added = known.add(new Known(gap.reason(), gap.streamArn(), gap.shardId(), gap.after()));
        if (added) {
            if (known.size() > MAX_KNOWN) {
                known.remove(known.iterator().next());
            }
            log.warn("Records may have been lost: {}", gap);
        }
        return added;
    }
}
