package io.onlyonce.publication;

import io.onlyonce.DuplicateKind;
import io.onlyonce.ledger.Claim;
import io.onlyonce.ledger.ClaimOutcome;
import io.onlyonce.ledger.ClaimOutcome.Claimed;
import io.onlyonce.ledger.ClaimOutcome.Duplicate;
import io.onlyonce.ledger.ClaimOutcome.InProgress;
import io.onlyonce.ledger.CommitOutcome;
import io.onlyonce.publication.ConsumerListener.RecordOutcome;
import io.onlyonce.quarantine.QuarantineStore;
import io.onlyonce.quarantine.QuarantinedRecord;
import io.onlyonce.stream.EventName;
import io.onlyonce.stream.StreamRecord;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers quarantined records again, through the same ledger and only to the listeners that have not completed. One round for each call: what fails once more stays quarantined. Works in any process of the consumer,
 * and two calls for one record, here or elsewhere, deliver it once.
 */
public final class Redrive {

    private static final Logger log = LoggerFactory.getLogger(Redrive.class);

    private final QuarantineStore store;
    private final Quarantine quarantine;
    private final Map<String, TableRecordPath> paths;
    private final ConsumerContext context;
    private final AbandonedClaims abandoned;

    Redrive(QuarantineStore store, Quarantine quarantine, Map<String, TableRecordPath> paths, ConsumerContext context) {
        this.store = store;
        this.quarantine = quarantine;
        this.paths = paths;
        this.context = context;
        this.abandoned = new AbandonedClaims(context::nanoTime);
    }

    /** What a redrive came to. */
    public enum Outcome {
        /** Every listener has completed; the record has left the quarantine. */
        PROCESSED,
        /** The key had been completed meanwhile; the record has left the quarantine without being delivered. */
        ALREADY_COMPLETED,
        /** A listener failed again; the record stays, with the new failure. */
        FAILED,
        /** Another delivery of the key is under way; nothing was done. If its process has died, a call after the claim timeout takes it over. */
        IN_PROGRESS,
        /** There is no such record (any more). */
        NOT_FOUND,
        /** This process does not consume the record's table. */
        UNKNOWN_TABLE,
        /** The new image was too large to be stored, so the record cannot be delivered from here. */
        IMAGE_NOT_STORED
    }

    /** Delivers a record again, on the calling thread. */
    public Outcome redrive(String id) {
        QuarantinedRecord quarantined = store.find(id).orElse(null);
        if (quarantined == null) {
            return Outcome.NOT_FOUND;
        }
        TableRecordPath path = paths.get(quarantined.table());
        if (path == null) {
            return Outcome.UNKNOWN_TABLE;
        }
        if (quarantined.truncated() && quarantined.record().newImage() == null) {
            return Outcome.IMAGE_NOT_STORED;
        }
        var claim = new Claim(
                quarantined.deduplicationKey(),
                quarantined.record().eventId(),
                quarantined.contentHash(),
                context.tokens().next());
        if (!path.inFlightKeys().enter(claim.key())) {
            return Outcome.IN_PROGRESS;
        }
        var key = new HeldKey(path.inFlightKeys(), claim.key());
        try {
            return redrive(quarantined, claim, path, key);
        } finally {
            key.callEnded();
        }
    }

    private Outcome redrive(QuarantinedRecord quarantined, Claim claim, TableRecordPath path, HeldKey key) {
        ClaimOutcome outcome = path.ledger().redrive(claim);
        if (outcome instanceof InProgress elsewhere
                && (path.isOurs(elsewhere.holder())
                        || abandoned.areAbandoned(
                                path.table(),
                                claim.key(),
                                elsewhere,
                                path.settings().claimTimeout()))) {
            outcome = path.ledger().redriveFrom(claim, elsewhere.holder());
        }
        if (outcome instanceof Claimed claimed) {
            return deliver(quarantined, claim, claimed, path, key);
        }
        if (outcome instanceof Duplicate duplicate) {
            store.delete(quarantined.id());
            log.info(
                    "Quarantined event {} of table {} needs no delivery any more: {}",
                    claim.eventId(),
                    quarantined.table(),
                    duplicate.kind() == DuplicateKind.REDELIVERY
                            ? "completed"
                            : "its key is completed by another event");
            return Outcome.ALREADY_COMPLETED;
        }
        return Outcome.IN_PROGRESS;
    }

    private Outcome deliver(
            QuarantinedRecord quarantined, Claim claim, Claimed claimed, TableRecordPath path, HeldKey key) {
        // What the quarantine knows of completed listeners outlives an entry of the ledger that has expired.
        var marked = new Claimed(true, union(claimed.completedListeners(), quarantined.completedListeners()), 0);
        var delivery = new Delivery(
                path, quarantined.shardId(), quarantined.record(), claim, marked, claimHeld -> key.progressSaved());
        RoundOutcome outcome = path.run(delivery, null);
        if (outcome instanceof RoundOutcome.LedgerUnavailable unavailable) {
            // Nobody waits for another round here, so it fails like any other.
            outcome = path.run(delivery, unavailable.cause());
        }
        try {
            return end(quarantined, delivery, outcome, path);
        } catch (RuntimeException e) {
            // Listeners have run, and the next call must know.
            key.keepFor(delivery.saves());
            delivery.reopen();
            throw e;
        }
    }

    private Outcome end(QuarantinedRecord quarantined, Delivery delivery, RoundOutcome outcome, TableRecordPath path) {
        StreamRecord record = quarantined.record();
        if (outcome instanceof RoundOutcome.Completed) {
            // In this order: a crash in between leaves a record whose next redrive finds it completed.
            path.ledger().complete(List.of(delivery.claim()));
            store.delete(quarantined.id());
            path.processed(record);
            path.consumerListener().recordFinished(path.table(), EventName.INSERT, RecordOutcome.PROCESSED);
            log.info("Quarantined event {} of table {} was redriven", record.eventId(), path.table());
            return Outcome.PROCESSED;
        }
        if (outcome instanceof RoundOutcome.ClaimLost) {
            return Outcome.IN_PROGRESS;
        }
        CommitOutcome setAside =
                quarantine.setAsideAgain(path.ledger(), quarantined, delivery.giveUp(), delivery.failures());
        return setAside.isWritten() ? Outcome.FAILED : Outcome.IN_PROGRESS;
    }

    private static Set<String> union(Set<String> some, Set<String> others) {
        return Stream.concat(some.stream(), others.stream()).collect(Collectors.toUnmodifiableSet());
    }

    /** The key of a redrive: in flight until the call ends or, where the call could not write the end, until its progress is saved. */
    static final class HeldKey {

        private final InFlightKeys keys;
        private final String key;
        private @Nullable ProgressSaves awaited;
        private boolean left;

        HeldKey(InFlightKeys keys, String key) {
            this.keys = keys;
            this.key = key;
        }

        synchronized void keepFor(ProgressSaves saves) {
            awaited = saves;
        }

        synchronized void callEnded() {
            if (awaited == null) {
                leave();
            }
        }

        synchronized void progressSaved() {
            if (awaited != null && !awaited.arePending()) {
                awaited = null;
                leave();
            }
        }

        /** Once: whoever has entered since is another. */
        private void leave() {
            if (!left) {
                left = true;
                keys.leave(key);
            }
        }
    }
}
