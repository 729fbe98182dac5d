package io.onlyonce.publication;

import io.onlyonce.RecordQuarantined;
import io.onlyonce.ledger.CommitOutcome;
import io.onlyonce.ledger.Ledger;
import io.onlyonce.ledger.Progress;
import io.onlyonce.quarantine.QuarantineId;
import io.onlyonce.quarantine.QuarantineStore;
import io.onlyonce.quarantine.QuarantinedRecord;
import io.onlyonce.quarantine.QuarantinedRecord.Failure;
import io.onlyonce.stream.ShardId;
import io.onlyonce.stream.StreamRecord;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Sets records aside: stores them whole, in one transaction with their end in the ledger, so that a crash leaves both or none. */
final class Quarantine {

    private static final Logger log = LoggerFactory.getLogger(Quarantine.class);

    private static final int LONGEST_TEXT = 16_384;

    private final QuarantineStore store;
    private final ConsumerListener listener;
    private final Clock clock;

    Quarantine(QuarantineStore store, ConsumerListener listener, Clock clock) {
        this.store = store;
        this.listener = listener;
        this.clock = clock;
    }

    /** Sets a record aside for the first time. */
    CommitOutcome setAside(
            String table,
            Ledger ledger,
            ShardId shardId,
            StreamRecord record,
            Progress progress,
            Instant firstAttemptAt,
            Map<String, Throwable> failures) {
        Instant now = clock.instant();
        var quarantined = new QuarantinedRecord(
                QuarantineId.of(table, record),
                table,
                shardId,
                record,
                progress.claim().key(),
                progress.claim().contentHash(),
                progress.completedListeners(),
                new TreeSet<>(failures.keySet()),
                failure(failures),
                progress.attempts(),
                firstAttemptAt,
                now,
                now,
                false);
        CommitOutcome outcome = store(ledger, quarantined, progress, failures);
        if (outcome.isWritten()) {
            listener.recordQuarantined(new RecordQuarantined(
                    quarantined.id(),
                    table,
                    record.eventId(),
                    shardId,
                    record.sequenceNumber(),
                    quarantined.failedListeners(),
                    quarantined.attempts(),
                    last(failures).getValue()));
        }
        return outcome;
    }

    /** Sets a record aside once more, after a redrive has failed. Nobody is told: it never left the quarantine. */
    CommitOutcome setAsideAgain(
            Ledger ledger, QuarantinedRecord before, Progress progress, Map<String, Throwable> failures) {
        var quarantined = new QuarantinedRecord(
                before.id(),
                before.table(),
                before.shardId(),
                before.record(),
                before.deduplicationKey(),
                before.contentHash(),
                progress.completedListeners(),
                new TreeSet<>(failures.keySet()),
                failure(failures),
                before.attempts() + progress.attempts(),
                before.firstAttemptAt(),
                before.firstQuarantinedAt(),
                clock.instant(),
                before.truncated());
        return store(ledger, quarantined, progress, failures);
    }

    private CommitOutcome store(
            Ledger ledger, QuarantinedRecord quarantined, Progress progress, Map<String, Throwable> failures) {
        CommitOutcome outcome = ledger.quarantine(progress, List.of(store.put(quarantined)));
        if (outcome.isWritten()) {
            LoggedFailure.log(
                    log,
                    Level.ERROR,
                    "Event %s of table %s was quarantined as %s after %d %s of %s"
                            .formatted(
                                    quarantined.record().eventId(),
                                    quarantined.table(),
                                    quarantined.id(),
                                    quarantined.attempts(),
                                    quarantined.attempts() == 1 ? "attempt" : "attempts",
                                    quarantined.failedListeners()),
                    last(failures).getValue());
        }
        return outcome;
    }

    private static Failure failure(Map<String, Throwable> failures) {
        var last = last(failures);
        Throwable thrown = last.getValue();
        var stackTrace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(stackTrace));
        return new Failure(
                last.getKey(),
                thrown.getClass().getName(),
                cut(String.valueOf(thrown.getMessage())),
                cut(stackTrace.toString()));
    }

    /** The listener that was called last among those that fail: what failed first may have been given up long ago. */
    private static Map.Entry<String, Throwable> last(Map<String, Throwable> failures) {
        return List.copyOf(failures.entrySet()).get(failures.size() - 1);
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "...";
    }
}
