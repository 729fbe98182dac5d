package io.onlyonce.publication;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.backoff.BackOffExecution;

/**
 * Writes elements in batches: the first goes out at once (or after a linger), those that pile up meanwhile go in the next batch, and a further batch goes out beside it only when it is full. A batch that
 * cannot be written is repeated until it can; no element is ever dropped.
 */
final class GroupCommit<T> {

    private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

    private final String name;
    private final Settings settings;
    private final DeliveryThreads threads;
    private final Consumer<List<T>> write;
    private final ArrayDeque<T> queue = new ArrayDeque<>();
    private int flights;
    private volatile @Nullable String problem;

    /**
     * How batches are formed.
     *
     * @param batchSize most elements in a batch
     * @param maxFlights most batches under way at a time
     * @param linger how long the first element waits for company
     */
    record Settings(int batchSize, int maxFlights, Duration linger) {}

    /** {@code write} is called on a thread of the ledger and may throw to have the batch repeated. */
    GroupCommit(String name, Settings settings, DeliveryThreads threads, Consumer<List<T>> write) {
        this.name = name;
        this.settings = settings;
        this.threads = threads;
        this.write = write;
    }

    synchronized void submit(T element) {
        queue.add(element);
        dispatch();
    }

    private void dispatch() {
        while (!queue.isEmpty()
                && (flights == 0 || (flights < settings.maxFlights() && queue.size() >= settings.batchSize()))) {
            flights++;
            if (settings.linger().isZero()) {
                List<T> batch = takeBatch();
                threads.ledger().execute(() -> fly(batch, BackOffs.forLedger()));
            } else {
                threads.after(settings.linger(), this::flyAfterLinger);
                return;
            }
        }
    }

    private void flyAfterLinger() {
        List<T> batch;
        synchronized (this) {
            batch = takeBatch();
        }
        threads.ledger().execute(() -> fly(batch, BackOffs.forLedger()));
    }

    private List<T> takeBatch() {
        List<T> batch = new ArrayList<>(Math.min(queue.size(), settings.batchSize()));
        while (batch.size() < settings.batchSize() && !queue.isEmpty()) {
            batch.add(queue.remove());
        }
        return batch;
    }

    private void fly(List<T> batch, BackOffExecution backOff) {
        try {
            write.accept(batch);
        } catch (RuntimeException | Error e) {
            problem = "%s fails: %s".formatted(name, e);
            long delay = backOff.nextBackOff();
            log.warn("{} of {} records failed, trying again in {} ms: {}", name, batch.size(), delay, e.toString());
            threads.after(Duration.ofMillis(delay), () -> threads.ledger().execute(() -> fly(batch, backOff)));
            return;
        }
        problem = null;
        synchronized (this) {
            flights--;
            dispatch();
        }
    }

    /** Why batches are being repeated at present; absent if none is. */
    @Nullable String problem() {
        return problem;
    }
}
