package io.onlyonce.publication;

import io.onlyonce.ItemInserted;
import io.onlyonce.ledger.Claim;
import io.onlyonce.ledger.ClaimOutcome.Claimed;
import io.onlyonce.ledger.CommitOutcome;
import io.onlyonce.ledger.LedgerUnavailableException;
import io.onlyonce.ledger.Progress;
import io.onlyonce.stream.StreamRecord;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * One claimed record on its way through its listeners: who has completed, who has failed, and how often. Rounds run on one thread at a time; progress may be read and saved from another.
 */
final class Delivery {

    private static final Logger log = LoggerFactory.getLogger(Delivery.class);

    private static final String EVENT_BUS = "event bus";

    private final StreamRecord record;
    private final Claim claim;
    private final Claimed claimed;
    private final TableRecordPath path;
    private final Runnable onClaimLost;
    private final Set<String> completed;
    private final Map<String, Throwable> failures = new LinkedHashMap<>();
    private final Map<String, Throwable> givenUp = new LinkedHashMap<>();
    private final Retries retries;
    private int attempts;
    private boolean unsaved;
    private boolean saveQueued;
    private boolean saving;
    private boolean committing;
    private boolean finished;
    private boolean claimLost;
    private @Nullable LedgerUnavailableException ledgerFailure;

    /** {@code onClaimLost} is called, on any thread and at most once, when saving progress finds that the claim is lost. */
    Delivery(TableRecordPath path, StreamRecord record, Claim claim, Claimed claimed, Runnable onClaimLost) {
        this.path = path;
        this.record = record;
        this.claim = claim;
        this.claimed = claimed;
        this.onClaimLost = onClaimLost;
        this.retries = new Retries(path.settings().retryPolicy());
        this.completed = new HashSet<>(claimed.completedListeners());
        this.attempts = claimed.attempts();
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
        return attempts;
    }

    synchronized boolean isClaimLost() {
        return claimLost;
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

    /** Begins a round: failures of the last one are forgotten. */
    synchronized void beginRound() {
        failures.clear();
        ledgerFailure = null;
    }

    /** Calls a listener unless it has completed, does not hear the table or the claim is lost. */
    <T> void call(ItemListener listener, ItemMapper<T> mapper, Consumer<ItemInserted<T>> handler) {
        synchronized (this) {
            if (!listener.hears(table()) || isSettled(listener)) {
                return;
            }
        }
        var call = new ListenerCall<T>(this, listener, mapper);
        long start = System.nanoTime();
        Throwable failure = null;
        try {
            handler.accept(call);
        } catch (UndeclaredThrowableException e) {
            // What a listener method declared as checked; decisions fall on the real type.
            failure = Objects.requireNonNullElse(e.getUndeclaredThrowable(), e);
        } catch (Throwable e) {
            failure = e;
        }
        call.markReturned();
        end(listener, call, failure, Duration.ofNanos(System.nanoTime() - start));
    }

    private boolean isSettled(ItemListener listener) {
        return completed.contains(listener.id())
                || givenUp.containsKey(listener.id())
                || claimLost
                || ledgerFailure != null;
    }

    private void end(ItemListener listener, ListenerCall<?> call, @Nullable Throwable failure, Duration duration) {
        RuntimeException ledgerFailed = call.ledgerFailure();
        synchronized (this) {
            if (call.committed()) {
                completed.add(listener.id());
            } else if (ledgerFailed instanceof LedgerUnavailableException unavailable) {
                ledgerFailure = unavailable;
            } else if (ledgerFailed == null && failure == null) {
                completed.add(listener.id());
                unsaved = true;
            } else if (ledgerFailed == null && failure != null) {
                failures.put(listener.id(), failure);
            }
        }
        if (call.committed() && failure != null) {
            log.warn(
                    "Listener {} threw after commitWith had succeeded for event {}; it counts as completed",
                    listener.id(),
                    record.eventId(),
                    failure);
        }
        if (!call.committed()) {
            path.saveProgress(this);
        }
        boolean success = call.committed() || (failure == null && ledgerFailed == null);
        path.consumerListener().listenerCalled(table(), listener.id(), success, duration);
    }

    /** Commits a listener's items with its completion. */
    CommitOutcome commit(ItemListener listener, List<TransactWriteItem> items) {
        Set<String> completedSoFar;
        synchronized (this) {
            awaitSaved();
            // From here to the end no progress is saved, so that the transaction does not meet our own write on the
            // entry.
            committing = true;
            completedSoFar = Set.copyOf(completed);
        }
        try {
            CommitOutcome outcome = path.ledger().commit(claim, listener.id(), completedSoFar, items);
            synchronized (this) {
                unsaved &= outcome != CommitOutcome.COMMITTED;
                claimLost |= outcome == CommitOutcome.CLAIM_LOST;
            }
            return outcome;
        } finally {
            synchronized (this) {
                committing = false;
            }
        }
    }

    private void awaitSaved() {
        boolean interrupted = false;
        while (saving) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends a round. {@code failure} is what came out of the event bus itself, from a listener that does not complete for itself. */
    synchronized RoundOutcome endRound(@Nullable Throwable failure) {
        if (claimLost) {
            return new RoundOutcome.ClaimLost();
        }
        if (ledgerFailure != null) {
            return new RoundOutcome.LedgerUnavailable(ledgerFailure);
        }
        if (failure != null) {
            failures.put(EVENT_BUS, failure);
        }
        for (ItemListener listener : path.listeners()) {
            if (failure == null && !completed.contains(listener.id()) && !hasFailed(listener)) {
                failures.put(
                        listener.id(),
                        new IllegalStateException("The event multicaster did not call listener " + listener.id()));
            }
        }
        if (failures.isEmpty() && givenUp.isEmpty()) {
            finished = true;
            return new RoundOutcome.Completed();
        }
        return afterFailure();
    }

    /** Ends a round before it has begun, for a reason that no round can mend. */
    synchronized RoundOutcome endRoundEarly(RuntimeException reason) {
        path.listeners().stream()
                .map(ItemListener::id)
                .filter(listener -> !completed.contains(listener))
                .forEach(listener -> givenUp.put(listener, reason));
        return afterFailure();
    }

    private RoundOutcome afterFailure() {
        attempts++;
        unsaved = true;
        failures.forEach((listener, failure) -> {
            if (!retries.permit(failure)) {
                givenUp.put(listener, failure);
            }
        });
        failures.keySet().removeAll(givenUp.keySet());
        Duration delay = failures.isEmpty() ? null : retries.delayAfter(attempts);
        if (delay == null) {
            givenUp.putAll(failures);
            return new RoundOutcome.GivenUp(Map.copyOf(givenUp));
        }
        return new RoundOutcome.Retry(Map.copyOf(failures), delay);
    }

    /** Last failure of every listener that has not completed. */
    synchronized Map<String, Throwable> failures() {
        Map<String, Throwable> all = new LinkedHashMap<>(givenUp);
        all.putAll(failures);
        return all;
    }

    private boolean hasFailed(ItemListener listener) {
        return failures.containsKey(listener.id()) || givenUp.containsKey(listener.id());
    }

    /** Progress with which the record is set aside. From here no progress is saved, so that the two writes do not meet on the entry. */
    synchronized Progress giveUp() {
        awaitSaved();
        committing = true;
        return progress();
    }

    /** Takes {@link #giveUp()} back, for a record that could not be set aside: every listener gets another round. */
    synchronized void forgive() {
        givenUp.clear();
        committing = false;
    }

    /** Ends the delivery for every later {@link #beginSave()}. */
    synchronized void finish() {
        finished = true;
    }

    synchronized Progress progress() {
        return new Progress(claim, Set.copyOf(completed), attempts);
    }

    /** Progress that is worth saving now; none if the delivery has ended, nothing is new, or the listener's own transaction is about to carry it. */
    synchronized @Nullable Progress beginSave() {
        saveQueued = false;
        if (finished || !unsaved || committing || claimLost) {
            return null;
        }
        saving = true;
        unsaved = false;
        return progress();
    }

    /** Ends what {@link #beginSave()} began, when the ledger has answered. */
    void endSave(boolean held) {
        boolean lost;
        synchronized (this) {
            saving = false;
            lost = !held && !finished && !claimLost;
            claimLost |= lost;
            notifyAll();
        }
        if (lost) {
            onClaimLost.run();
        }
    }

    /** Ends what {@link #beginSave()} began, when the ledger has not answered: there is still something to save. */
    synchronized void failSave() {
        saving = false;
        unsaved = true;
        notifyAll();
    }

    /** Whether this call has put the delivery in line for saving, where it stands at most once. */
    synchronized boolean enqueueSave() {
        boolean enqueue = unsaved && !saveQueued;
        saveQueued |= enqueue;
        return enqueue;
    }
}
