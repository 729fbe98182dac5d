package io.onlyonce.publication;

import io.onlyonce.ledger.CommitOutcome;
import io.onlyonce.ledger.Progress;
import io.onlyonce.stream.ShardId;
import io.onlyonce.stream.StreamRecord;
import java.util.Map;

/** Takes what is given up after the last attempt. */
@FunctionalInterface
interface Recoverer {

    /**
     * Sets a record aside, durably and together with its end in the ledger. An exception means that nothing was decided; the shard waits and the listeners get another round.
     *
     * @param failures last exception of each listener that has not completed
     */
    CommitOutcome recover(
            String table, ShardId shardId, StreamRecord record, Progress progress, Map<String, Throwable> failures);
}
