package io.onlyonce.forward;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages of concurrent deliveries in batches: the first goes out at once, those that pile up meanwhile go in the next batch, and a further batch goes out beside it only when it is full. So a message waits
 * about as long as one call takes. It has no thread of its own: one of those that wait for their message sends for all.
 *
 * <p>Messages of one item are never in one batch, because its changes are delivered one after the other.
 */
final class GroupSender {

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
    private final Limits limits;
    private final BatchCall call;
    private final Supplier<RuntimeException> interruption;
    private int flights;

    /**
     * How batches are formed.
     *
     * @param messages most messages in a batch
     * @param bytes most bytes of all messages in a batch
     * @param flights most batches under way at a time
     */
    record Limits(int messages, int bytes, int flights) {}

    /** A message and the thread that waits for its end. */
    private static final class Waiting {

        private final OutgoingMessage message;
        private final Condition changed;
        private boolean ended;
        private @Nullable RuntimeException failure;

        Waiting(OutgoingMessage message, Condition changed) {
            this.message = message;
            this.changed = changed;
        }
    }

    /** {@code interruption} makes the failure of a message whose thread was interrupted. */
    GroupSender(Limits limits, BatchCall call, Supplier<RuntimeException> interruption) {
        this.limits = limits;
        this.call = call;
        this.interruption = interruption;
    }

    /** Returns when the message has been taken, and throws if it was not. */
    void send(OutgoingMessage message) {
        var own = new Waiting(message, lock.newCondition());
        lock.lock();
        try {
            queue.add(own);
            while (!own.ended) {
                // Waits for its own end, or for its turn to send: whoever is first in the queue sends.
                if (queue.peek() == own && mayDepart()) {
                    fly();
                } else {
                    callFirst();
                    own.changed.await();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (!own.ended) {
                queue.remove(own);
                callFirst();
                throw interruption.get();
            }
        } finally {
            lock.unlock();
        }
        if (own.failure != null) {
            throw own.failure;
        }
    }

    private boolean mayDepart() {
        return flights == 0 || (flights < limits.flights() && isFull());
    }

    private boolean isFull() {
        if (queue.size() >= limits.messages()) {
            return true;
        }
        long bytes = 0;
        for (Waiting waiting : queue) {
            bytes += waiting.message.size();
        }
        return bytes >= limits.bytes();
    }

    /** Wakes the thread that sends next, if there is something to send. */
    private void callFirst() {
        Waiting first = queue.peek();
        if (first != null && mayDepart()) {
            first.changed.signal();
        }
    }

    private void fly() {
        List<Waiting> batch = takeBatch();
        flights++;
        callFirst();
        List<@Nullable RuntimeException> failures;
        lock.unlock();
        try {
            failures = call.send(batch.stream().map(waiting -> waiting.message).toList());
        } catch (RuntimeException e) {
            failures = Collections.nCopies(batch.size(), e);
        } catch (Error e) {
            // The others would wait for ever.
            failures = Collections.nCopies(batch.size(), new IllegalStateException("Sending failed", e));
        } finally {
            lock.lock();
            flights--;
        }
        for (int i = 0; i < batch.size(); i++) {
            Waiting waiting = batch.get(i);
            waiting.failure = failures.get(i);
            waiting.ended = true;
            waiting.changed.signal();
        }
        callFirst();
    }

    private List<Waiting> takeBatch() {
        List<Waiting> batch = new ArrayList<>();
        long bytes = 0;
        while (!queue.isEmpty() && batch.size() < limits.messages()) {
            bytes += queue.element().message.size();
            if (!batch.isEmpty() && bytes > limits.bytes()) {
                break;
            }
            batch.add(queue.remove());
        }
        return batch;
    }
}
