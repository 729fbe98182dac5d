package io.onlyonce.publication;

import io.onlyonce.ItemInserted;
import io.onlyonce.ledger.Claim;
import io.onlyonce.ledger.ClaimOutcome.Claimed;
import io.onlyonce.ledger.CommitOutcome;
import io.onlyonce.ledger.LedgerUnavailableException;
import io.onlyonce.ledger.Progress;
import io.onlyonce.publication.ConsumerListener.CallOutcome;
import io.onlyonce.stream.ShardId;
import io.onlyonce.stream.StreamRecord;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * One claimed record on its way through its listeners: who has completed, who has failed, and how often. Rounds run on one thread at a time; progress may be read and saved from another.
 */
final class Delivery {

    private static final Logger log = LoggerFactory.getLogger(Delivery.class);

    private static final String EVENT_BUS = "event bus";

    private final ShardId shardId;
    private final StreamRecord record;
    private final Claim claim;
    private final Claimed claimed;
    private final TableRecordPath path;
    private final SaveListener saveListener;
    private final ProgressSaves saves = new ProgressSaves();
    private final Set<String> completed;
    private final Failures failures;
    private @Nullable LedgerUnavailableException ledgerFailure;
    private @Nullable Instant firstAttemptAt;

    /** Told, on any thread and with no lock held, when progress needs no saving any more. */
    @FunctionalInterface
    interface SaveListener {

        /** {@code claimHeld} says whether the claim still stood. */
        void progressSaved(boolean claimHeld);
    }

    Delivery(
            TableRecordPath path,
            ShardId shardId,
            StreamRecord record,
            Claim claim,
            Claimed claimed,
            SaveListener saveListener) {
        this.path = path;
        this.shardId = shardId;
        this.record = record;
        this.claim = claim;
        this.claimed = claimed;
        this.saveListener = saveListener;
        this.completed = new HashSet<>(claimed.completedListeners());
        this.failures = new Failures(path.settings(), claimed.attempts(), path::nanoTime);
    }

    String table() {
        return path.table();
    }

    StreamRecord record() {
        return record;
    }

    Claim claim() {
        return claim;
    }

    boolean redelivered() {
        return claimed.redelivered();
    }

    /** Whether deleting the claim would forget nothing, as long as no round has run. */
    boolean isFresh() {
        return claimed.isFresh();
    }

    synchronized int attempts() {
        return failures.attempts();
    }

    /** When the first round began. */
    synchronized Instant firstAttemptAt() {
        return Objects.requireNonNull(firstAttemptAt, "No round has begun");
    }

    Map<String, AttributeValue> newImage() {
        var image = record.newImage();
        if (image == null) {
            throw new IllegalStateException(
                    "Event %s of table %s has no new image; the stream's view type must be NEW_IMAGE or NEW_AND_OLD_IMAGES"
                            .formatted(record.eventId(), table()));
        }
        return image;
    }

    synchronized void beginRound() {
        if (firstAttemptAt == null) {
            firstAttemptAt = path.now();
        }
        failures.beginRound();
        ledgerFailure = null;
    }

    /** Calls a listener unless it has completed, does not hear the table or the claim is lost. */
    <T> void call(
            ItemListener listener,
            ItemMapper<T> mapper,
            Predicate<ItemInserted<T>> filter,
            Consumer<ItemInserted<T>> handler) {
        if (!listener.hears(table()) || isSettled(listener)) {
            return;
        }
        var call = new ListenerCall<T>(this, listener, mapper);
        var end = path.consumerListener().listenerStarts(table(), shardId, record.eventId(), listener.id());
        long start = System.nanoTime();
        Throwable failure = null;
        boolean passed = true;
        try {
            passed = filter.test(call);
            if (passed) {
                handler.accept(call);
            }
        } catch (UndeclaredThrowableException e) {
            // What a listener method declared as checked; decisions fall on the real type.
            failure = ReadableFailure.of(Objects.requireNonNullElse(e.getUndeclaredThrowable(), e));
        } catch (Throwable e) {
            failure = ReadableFailure.of(e);
        }
        call.markReturned();
        var duration = Duration.ofNanos(System.nanoTime() - start);
        end.ended(failure != null ? failure : call.ledgerFailure());
        end(listener, call, failure);
        boolean success = call.committed() || (failure == null && call.ledgerFailure() == null);
        path.consumerListener()
                .listenerCalled(
                        table(),
                        listener.id(),
                        !passed ? CallOutcome.FILTERED : success ? CallOutcome.SUCCESS : CallOutcome.FAILURE,
                        duration);
    }

    private synchronized boolean isSettled(ItemListener listener) {
        return completed.contains(listener.id())
                || failures.isGivenUp(listener.id())
                || ledgerFailure != null
                || saves.isClaimLost();
    }

    private void end(ItemListener listener, ListenerCall<?> call, @Nullable Throwable failure) {
        RuntimeException ledgerFailed = call.ledgerFailure();
        synchronized (this) {
            if (call.committed()) {
                completed.add(listener.id());
            } else if (ledgerFailed instanceof LedgerUnavailableException unavailable) {
                ledgerFailure = unavailable;
            } else if (ledgerFailed == null && failure == null) {
                completed.add(listener.id());
                saves.change();
            } else if (ledgerFailed == null && failure != null) {
                failures.add(listener.id(), failure);
            }
        }
        if (call.committed() && failure != null) {
            LoggedFailure.log(
                    log,
                    Level.WARN,
                    "Listener %s threw after commitWith had succeeded for event %s; it counts as completed"
                            .formatted(listener.id(), record.eventId()),
                    failure);
        }
        if (!isCompleted()) {
            path.saveProgress(this);
        }
    }

    /** Whether the record's completion will say all that there is to save. */
    private synchronized boolean isCompleted() {
        for (ItemListener listener : path.listeners()) {
            if (!completed.contains(listener.id())) {
                return false;
            }
        }
        return true;
    }

    /** Commits a listener's items with its completion. */
    CommitOutcome commit(ItemListener listener, List<TransactWriteItem> items) {
        saves.hold();
        try {
            CommitOutcome outcome =
                    path.ledger().commit(claim, listener.id(), progress().completedListeners(), items);
            if (outcome == CommitOutcome.COMMITTED) {
                saves.carry();
            } else if (!outcome.isWritten()) {
                saves.loseClaim();
            }
            return outcome;
        } finally {
            saves.resume();
        }
    }

    /** Ends a round. {@code failure} is what came out of the event bus itself, from a listener that does not complete for itself. */
    synchronized RoundOutcome endRound(@Nullable Throwable failure) {
        if (saves.isClaimLost()) {
            return new RoundOutcome.ClaimLost();
        }
        if (ledgerFailure != null) {
            return new RoundOutcome.LedgerUnavailable(ledgerFailure);
        }
        if (failure != null) {
            failures.add(EVENT_BUS, failure);
        }
        failMissed(failure);
        if (failures.isEmpty()) {
            saves.finish();
            return new RoundOutcome.Completed();
        }
        saves.change();
        return failures.endRound();
    }

    /** Listeners that were not called have failed as well: those behind one that threw on the event bus, for example. */
    private void failMissed(@Nullable Throwable failure) {
        for (ItemListener listener : path.listeners()) {
            String id = listener.id();
            if (!completed.contains(id) && !failures.contain(id)) {
                failures.add(
                        id,
                        failure == null
                                ? new IllegalStateException("The event multicaster did not call listener " + id)
                                : failure);
            }
        }
    }

    /** Ends a round before it has begun, for a reason that no round can mend. */
    synchronized RoundOutcome endRoundEarly(RuntimeException reason) {
        path.listeners().stream()
                .map(ItemListener::id)
                .filter(listener -> !completed.contains(listener))
                .forEach(listener -> failures.giveUp(listener, reason));
        return endRound(null);
    }

    /** Last failure of every listener that has not completed. */
    synchronized Map<String, Throwable> failures() {
        return failures.all();
    }

    /** Progress with which the record is set aside. From here no progress is saved, so that the two writes do not meet on the entry. */
    Progress giveUp() {
        saves.hold();
        return progress();
    }

    /** Takes {@link #giveUp()} back, for a record that could not be set aside: every listener gets another round. */
    synchronized void forgive() {
        failures.forgive();
        saves.resumeInDoubt();
    }

    /** Ends the delivery: nothing is saved any more. */
    void finish() {
        saves.finish();
    }

    /** Takes an end back that could not be written: progress is saved after all. */
    void reopen() {
        saves.reopen();
        path.saveProgress(this);
    }

    synchronized Progress progress() {
        return new Progress(claim, Set.copyOf(completed), failures.attempts());
    }

    /** Progress that is worth saving now; absent if there is none. */
    @Nullable Progress beginSave() {
        synchronized (this) {
            if (saves.begin()) {
                return progress();
            }
        }
        saveListener.progressSaved(true);
        return null;
    }

    /** Ends what {@link #beginSave()} began, when the ledger has answered. */
    void endSave(boolean claimHeld) {
        saves.end(claimHeld);
        saveListener.progressSaved(!saves.isClaimLost());
    }

    /** When progress is saved. */
    ProgressSaves saves() {
        return saves;
    }
}
