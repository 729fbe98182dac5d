package io.onlyonce.polling;

import io.onlyonce.GapDetected;
import io.onlyonce.publication.ConsumerListener.PollResult;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;

/** Reads the pages of a shard, and decides from how a read ended where and when the next one is made. Used by the tasks of the shard; only what is marked may be asked from other threads. */
final class PageReader {

    /** How a read ended. */
    sealed interface Outcome {

        /** With a page, which may be empty and takes about so many bytes; it counts as read. */
        record Page(List<StreamRecord> records, List<StreamRecord> repeated, long bytes, Duration delay)
                implements Outcome {}

        /** Without a page. */
        record Nothing(Duration delay) implements Outcome {}

        /** With records that follow a gap and are not to be handed over. */
        record Halted() implements Outcome {}
    }

    /** Records after this one were trimmed; the first that is left is being looked for. */
    private record Trimmed(@Nullable SequenceNumber after, int reads) {}

    private static final Logger log = LoggerFactory.getLogger(PageReader.class);
    private static final int READS_BEYOND_GAP = 3;

    private final TableContext context;
    private final String streamArn;
    private final ListedShard shard;
    private final Predicate<GapDetected> gaps;
    private final ShardCursor cursor;
    private final PollDelay delay;
    private volatile @Nullable Instant lastSuccess;
    private volatile @Nullable String problem;
    private volatile int timesNotFound;
    private int emptyReads;
    private @Nullable Trimmed trimmed;

    /**
     * Creates a reader for a shard.
     *
     * @param beginningTrimmed whether the first records may have been trimmed before anything was read
     * @param gaps is told of gaps and answers whether reading may go on
     */
    PageReader(
            TableContext context,
            String streamArn,
            ListedShard shard,
            Position from,
            boolean beginningTrimmed,
            Predicate<GapDetected> gaps) {
        this.context = context;
        this.streamArn = streamArn;
        this.shard = shard;
        this.gaps = gaps;
        this.cursor = new ShardCursor(context.streams(), streamArn, shard.id(), from);
        this.delay = context.newDelay();
        this.trimmed = beginningTrimmed ? new Trimmed(null, 0) : null;
    }

    /** Begins with what is written from now on. Where the place cannot be had at once, creation times tell which records are meant. */
    void beginNow() {
        try {
            cursor.beginNow();
        } catch (RuntimeException e) {
            log.info("Shard {} gave no place at its tip and is read from its beginning: {}", shard.id(), e.toString());
        }
    }

    /** Reads at most so many records. */
    Outcome read(int limit) {
        ShardCursor.Page page;
        try {
            page = cursor.read(limit);
        } catch (SdkException e) {
            return new Outcome.Nothing(afterError(e));
        }
        lastSuccess = context.clocks().now();
        problem = null;
        timesNotFound = 0;
        context.tell(told -> told.polled(context.table(), page.empty() ? PollResult.EMPTY : PollResult.RECORDS));
        if (trimmed != null && !settle(trimmed, page)) {
            return new Outcome.Halted();
        }
        cursor.accept(page);
        emptyReads = page.empty() ? emptyReads + 1 : 0;
        return new Outcome.Page(
                page.records(),
                page.repeated(),
                page.bytes(),
                page.empty() ? delay.afterEmpty() : delay.afterRecords());
    }

    /** Notes an error outside of a read; how long to wait after it. */
    Duration failed(Throwable error, String what) {
        if (problem == null) {
            log.warn("Shard {} of table {} {}: {}", shard.id(), context.table(), what, error.toString());
        }
        log.debug("Shard {} of table {} {}", shard.id(), context.table(), what, error);
        problem = "The shard " + what + ": " + error.getMessage();
        return delay.afterFailure();
    }

    /** The shard does not exist any more: reports the gap; whether it counts as ended. */
    boolean vanish() {
        if (exhausted() || timesNotFound == 0) {
            return false;
        }
        boolean ended = gaps.test(gap(GapDetected.Reason.SHARD_VANISHED, cursor.last(), null));
        if (ended) {
            cursor.end();
        }
        return ended;
    }

    /** Goes back to a stored position. */
    void restart(Position position) {
        cursor.restart(position);
        trimmed = null;
        emptyReads = 0;
        problem = null;
    }

    boolean exhausted() {
        return cursor.exhausted();
    }

    /** Whether the reads found nothing further. One empty page proves nothing: a shard may have long stretches without records. */
    boolean atTip() {
        return emptyReads > 1 || exhausted();
    }

    /** How many times in a row AWS did not know the shard; from any thread. */
    int timesNotFound() {
        return timesNotFound;
    }

    /** From any thread. */
    @Nullable Instant lastSuccess() {
        return lastSuccess;
    }

    /** From any thread. */
    @Nullable String problem() {
        return problem;
    }

    private Duration afterError(SdkException e) {
        var error = ReadError.of(e);
        boolean first = delay.failures() == 0;
        context.tell(told -> told.polled(context.table(), error.pollResult()));
        var wait = error == ReadError.EXPIRED ? delay.afterFailure() : failed(e, "could not be read");
        switch (error) {
            case EXPIRED -> cursor.renew();
            case TRIMMED -> {
                if (trimmed == null && mayHaveLost()) {
                    trimmed = new Trimmed(cursor.last(), 0);
                }
                cursor.skipTrimmed();
            }
            case NOT_FOUND -> {
                int times = timesNotFound;
                timesNotFound = times + 1;
                cursor.renew();
            }
            // Emulators say so of an iterator that they do not know any more.
            case INVALID -> cursor.renew();
            default -> {}
        }
        return first && (error == ReadError.EXPIRED || error == ReadError.TRIMMED) ? Duration.ZERO : wait;
    }

    /**
     * Whether what was trimmed may be missed. Nothing can be in a shard of which nothing was read and that is younger than what DynamoDB keeps; DynamoDB Local says "trimmed" there all the same, when records of another table
     * come before the first of this one (measured, 3.3.1).
     */
    private boolean mayHaveLost() {
        var createdAt = shard.id().createdAt();
        return cursor.last() != null
                || createdAt == null
                || context.clocks().since(createdAt).compareTo(ShardOpening.RETENTION) >= 0;
    }

    /** Reports the gap as soon as it is known where it ends; whether reading may go on. */
    private boolean settle(Trimmed gap, ShardCursor.Page page) {
        trimmed = new Trimmed(gap.after(), gap.reads() + 1);
        var found = page.records().isEmpty() ? null : page.records().get(0).sequenceNumber();
        if (found == null && page.nextIterator() != null && gap.reads() + 1 < READS_BEYOND_GAP) {
            return true;
        }
        boolean goOn = gaps.test(gap(GapDetected.Reason.TRIMMED, gap.after(), found));
        trimmed = goOn ? null : gap;
        return goOn;
    }

    private GapDetected gap(
            GapDetected.Reason reason, @Nullable SequenceNumber after, @Nullable SequenceNumber before) {
        return new GapDetected(
                context.table(),
                reason,
                streamArn,
                shard.id(),
                after,
                before,
                context.clocks().now());
    }
}
