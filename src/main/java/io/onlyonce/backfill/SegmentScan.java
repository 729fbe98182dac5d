package io.onlyonce.backfill;

import io.onlyonce.publication.ShardDelivery;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.ShardId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Scans one segment of a table and delivers it as if it were a shard. A page is read while the one before is in hand, so that at most two are. Each read is one short task of the scheduler.
 */
final class SegmentScan implements ShardDelivery.Callback {

    private static final Logger log = LoggerFactory.getLogger(SegmentScan.class);

    private static final int MOST_PAGES = 2;

    private final ScanContext context;
    private final ItemReader reader;
    private final ShardId name;
    private final ShardDelivery delivery;
    private final ArrayDeque<Page> inHand = new ArrayDeque<>();
    private SegmentProgress reached;
    private @Nullable Map<String, AttributeValue> next;
    private long read;
    private long finished;
    private boolean reading;
    private boolean readAll;
    private boolean closed;
    private @Nullable BackOffExecution backOff;
    private @Nullable String problem;
    private @Nullable String failure;
    private volatile boolean claimLost;

    /** A page whose items have not all reached their end, with the place of the last of them. */
    private record Page(long last, int items, @Nullable Map<String, AttributeValue> nextKey) {}

    SegmentScan(ScanContext context, ItemReader reader, int segment, SegmentProgress from) {
        this.context = context;
        this.reader = reader;
        this.name = new ShardId("backfill-" + segment);
        this.reached = from;
        this.next = from.lastKey();
        this.readAll = from.done();
        this.read = from.scanned();
        this.finished = from.scanned();
        this.delivery = context.path().open(name, this);
    }

    /** Reads on where there is room. */
    synchronized void pump() {
        int page = context.settings().pageSize();
        boolean full = inHand.size() >= MOST_PAGES || delivery.unfinished() >= page;
        if (closed || claimLost || reading || readAll || failure != null || full) {
            return;
        }
        reading = true;
        var unused = context.after(context.pace().reserve(page), this::read);
    }

    private void read() {
        Map<String, AttributeValue> from;
        long ordinal;
        synchronized (this) {
            if (closed) {
                return;
            }
            from = next;
            ordinal = read + 1;
        }
        ItemReader.Page page;
        try {
            page = reader.read(from, ordinal);
        } catch (RuntimeException e) {
            failed(e);
            return;
        }
        context.pace().giveBack(context.settings().pageSize() - page.records().size());
        if (accept(page)) {
            context.listener().backfillScanned(context.table(), page.records().size());
        }
    }

    private synchronized boolean accept(ItemReader.Page page) {
        reading = false;
        backOff = null;
        problem = null;
        if (closed) {
            return false;
        }
        int items = page.records().size();
        read += items;
        next = page.nextKey();
        readAll = next == null;
        inHand.add(new Page(read, items, next));
        if (items > 0) {
            delivery.offer(page.records());
        }
        settle();
        pump();
        return true;
    }

    private void failed(RuntimeException e) {
        String what = "Table %s cannot be scanned: %s".formatted(context.table(), e.getMessage());
        Duration delay;
        synchronized (this) {
            problem = what;
            if (isFinal(e)) {
                failure = what;
                context.pace().giveBack(context.settings().pageSize());
                return;
            }
            if (backOff == null) {
                backOff = newBackOff();
            }
            delay = Duration.ofMillis(backOff.nextBackOff());
        }
        log.warn("{} of table {} is read again in {} ms: {}", name, context.table(), delay.toMillis(), e.toString());
        var slot = context.pace().reserve(context.settings().pageSize());
        var unused = context.after(slot.compareTo(delay) > 0 ? slot : delay, this::read);
    }

    /** Whether the same request will fail again: access denied, no such table, or a table with another key. Throttling is none of these, though its status is the same. */
    static boolean isFinal(RuntimeException e) {
        if (!(e instanceof SdkServiceException service) || service.isThrottlingException()) {
            return false;
        }
        var details = e instanceof AwsServiceException aws ? aws.awsErrorDetails() : null;
        String code = details == null ? "" : String.valueOf(details.errorCode());
        return switch (code) {
            case "AccessDeniedException", "AccessDenied", "ResourceNotFoundException", "ValidationException" -> true;
            default -> false;
        };
    }

    private static BackOffExecution newBackOff() {
        var backOff = new ExponentialBackOff(200, 2);
        backOff.setMaxInterval(20_000);
        backOff.setJitter(100);
        return backOff.start();
    }

    @Override
    public synchronized void progressed(Position.After position) {
        finished = Math.max(finished, Long.parseLong(position.sequenceNumber().digits()));
        settle();
        pump();
    }

    private void settle() {
        var page = inHand.peek();
        while (page != null && page.last() <= finished) {
            inHand.remove();
            reached = reached.after(page.nextKey(), page.items());
            page = inHand.peek();
        }
    }

    @Override
    public void claimLost() {
        claimLost = true;
    }

    /** Whether another process has taken over an item in hand. Then this scan has stopped, and another one has to begin where it has come to. */
    boolean isClaimLost() {
        return claimLost;
    }

    /** How far the segment was scanned; every item up to there has reached its end. */
    synchronized SegmentProgress reached() {
        return reached;
    }

    /** Why the table cannot be scanned, however often it is tried; absent if it can. */
    synchronized @Nullable String failure() {
        return failure;
    }

    /** What the scan waits for; absent if nothing. */
    @Nullable String problem() {
        String own;
        synchronized (this) {
            own = problem;
        }
        return own == null ? delivery.problem() : own;
    }

    /** Reads no further and begins no further item; the future completes when those in hand have ended or were let go, and {@link #reached} says so. */
    CompletableFuture<Void> close() {
        synchronized (this) {
            closed = true;
        }
        return delivery.close();
    }
}
