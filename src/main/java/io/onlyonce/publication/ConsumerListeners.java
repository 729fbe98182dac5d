package io.onlyonce.publication;

import io.onlyonce.DuplicateDropped;
import io.onlyonce.GapDetected;
import io.onlyonce.RecordQuarantined;
import io.onlyonce.ShardCompleted;
import io.onlyonce.stream.EventName;
import io.onlyonce.stream.ShardId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several {@link ConsumerListener}s as one that never throws. */
public final class ConsumerListeners implements ConsumerListener {

    private static final Logger log = LoggerFactory.getLogger(ConsumerListeners.class);

    private final List<ConsumerListener> listeners;

    /** Tells {@code listeners} in their order. */
    public ConsumerListeners(List<ConsumerListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    private void tell(Consumer<ConsumerListener> message) {
        for (ConsumerListener listener : listeners) {
            try {
                message.accept(listener);
            } catch (RuntimeException | Error e) {
                log.error("{} threw; nothing else is affected", listener, e);
            }
        }
    }

    @Override
    public void recordFinished(String table, EventName event, RecordOutcome outcome) {
        tell(listener -> listener.recordFinished(table, event, outcome));
    }

    @Override
    public void duplicateDropped(DuplicateDropped duplicate) {
        tell(listener -> listener.duplicateDropped(duplicate));
    }

    @Override
    public void itemDelivered(String table, Duration sinceCreation) {
        tell(listener -> listener.itemDelivered(table, sinceCreation));
    }

    @Override
    public void backfillScanned(String table, int items) {
        tell(listener -> listener.backfillScanned(table, items));
    }

    @Override
    public void backfillFinished(String table, RecordOutcome outcome) {
        tell(listener -> listener.backfillFinished(table, outcome));
    }

    /** They are told of the end in the opposite order, so that what one opens within another's is closed before it. */
    @Override
    public CallEnd listenerStarts(String table, ShardId shardId, String eventId, String name) {
        var ends = new ArrayDeque<CallEnd>(1);
        tell(listener -> {
            var end = listener.listenerStarts(table, shardId, eventId, name);
            if (end != CallEnd.IGNORED) {
                ends.push(end);
            }
        });
        return ends.isEmpty() ? CallEnd.IGNORED : failure -> ends.forEach(end -> tellEnd(end, failure));
    }

    private static void tellEnd(CallEnd end, @Nullable Throwable failure) {
        try {
            end.ended(failure);
        } catch (RuntimeException | Error e) {
            log.error("{} threw; nothing else is affected", end, e);
        }
    }

    @Override
    public void listenerCalled(String table, String name, CallOutcome outcome, Duration duration) {
        tell(listener -> listener.listenerCalled(table, name, outcome, duration));
    }

    @Override
    public void retryScheduled(String table, String name) {
        tell(listener -> listener.retryScheduled(table, name));
    }

    @Override
    public void recordQuarantined(RecordQuarantined quarantined) {
        tell(listener -> listener.recordQuarantined(quarantined));
    }

    @Override
    public void gapDetected(GapDetected gap) {
        tell(listener -> listener.gapDetected(gap));
    }

    @Override
    public void shardCompleted(ShardCompleted completed) {
        tell(listener -> listener.shardCompleted(completed));
    }

    @Override
    public void polled(String table, PollResult result) {
        tell(listener -> listener.polled(table, result));
    }

    @Override
    public void ledgerCalled(String table, LedgerOperation operation, boolean success, Duration duration) {
        tell(listener -> listener.ledgerCalled(table, operation, success, duration));
    }
}
