package io.onlyonce.polling;

import io.onlyonce.publication.RecordPath;
import io.onlyonce.publication.ShardDelivery;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.ShardId;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A shard that is open for delivery, and how much of what it was offered is finished. */
final class OpenDelivery implements ShardDelivery.Callback {

    /** Told of what happens, on worker threads. */
    interface Watcher {

        /** Every record up to the position is finished. */
        void progressed(Position.After position);

        /** The delivery has stopped and the shard is to be opened anew. */
        void claimLost(OpenDelivery delivery);
    }

    /** Of records that are large, a page has few; of pages that are small, so many records are read ahead. */
    private static final int FEW = 100;

    private static final int MOST_PAGES = 2;

    private final Watcher watcher;
    private final ShardDelivery delivery;
    private final PagesInHand pages;
    private boolean closed;

    OpenDelivery(RecordPath path, ShardId shardId, PageMemory memory, Watcher watcher) {
        this.watcher = watcher;
        this.pages = new PagesInHand(memory);
        this.delivery = path.open(shardId, this);
    }

    @Override
    public void progressed(Position.After position) {
        pages.finished(position.sequenceNumber());
        watcher.progressed(position);
    }

    @Override
    public void claimLost() {
        watcher.claimLost(this);
    }

    /** Offers the records of a page, if there are any; whether the delivery was open still. They count as so many bytes until the page is finished. */
    synchronized boolean offer(List<StreamRecord> records, long bytes) {
        if (closed) {
            return false;
        }
        if (!records.isEmpty()) {
            delivery.offer(records);
            pages.add(records.get(records.size() - 1).sequenceNumber(), bytes);
        }
        return true;
    }

    /** Has records counted that were offered before. */
    void passOver(List<StreamRecord> records) {
        if (!records.isEmpty()) {
            delivery.passOver(records);
        }
    }

    /** Bounds what is in memory: less than a page and one more, of records or of the megabyte that a page may have; however few records the pages have, as many as a page or a hundred are let in, for the sake of concurrency. */
    synchronized boolean hasRoom(int pageSize) {
        int unfinished = delivery.unfinished();
        return unfinished < pageSize && (pages.count() < MOST_PAGES || unfinished < FEW);
    }

    /** Whether all that was offered is finished, by the delivery's count and by its reports alike. */
    synchronized boolean isDone() {
        return delivery.unfinished() == 0 && pages.count() == 0;
    }

    CompletableFuture<Void> close() {
        synchronized (this) {
            closed = true;
        }
        CompletableFuture<Void> done;
        try {
            done = delivery.close();
        } catch (RuntimeException e) {
            done = CompletableFuture.failedFuture(e);
        }
        Futures.afterwards(done, pages::close);
        return done;
    }

    @Nullable Instant oldestUnfinished() {
        return delivery.oldestUnfinished();
    }

    @Nullable String problem() {
        return delivery.problem();
    }

    Duration runningFor() {
        return delivery.runningFor();
    }
}
