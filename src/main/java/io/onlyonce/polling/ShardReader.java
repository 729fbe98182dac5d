package io.onlyonce.polling;

import io.onlyonce.GapDetected;
import io.onlyonce.checkpoint.Checkpoint;
import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.engine.ConsumerStatus.ShardStatus;
import io.onlyonce.publication.ConsumerListener.PollResult;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.SequenceNumber;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Reads one shard from a position to its end: a page, hand it over, the next page while there is room; at the end wait until everything is finished. Each step is one short task, and a step that fails is taken again
 * later, whatever it failed with.
 */
final class ShardReader implements OpenDelivery.Watcher {

    /** Who opened the shard. Called by the tasks of the shard. */
    interface Owner {

        /** The shard has no further records, while those read last may be in hand still. */
        void exhausted(ShardReader reader);

        /** The end of the shard is in the checkpoint store. */
        void finished(ShardReader reader);

        /** AWS does not know the shard; the owner calls {@link ShardReader#vanish} if it finds that to be true. */
        void notFound(ShardReader reader);

        /** Records may have been lost. Answers whether reading may go on; if not, the owner closes the reader. */
        boolean gapDetected(GapDetected gap);
    }

    private enum Mode {
        READING,
        DRAINING,
        CLOSED
    }

    /** Records after this one were trimmed; the first that is left is being looked for. */
    private record Trimmed(@Nullable SequenceNumber after, int reads) {}

    private static final Logger log = LoggerFactory.getLogger(ShardReader.class);
    private static final Duration BEFORE_REOPENING = Duration.ofSeconds(2);
    private static final Duration WHILE_WAITING = Duration.ofSeconds(1);
    private static final int READS_BEYOND_GAP = 3;

    private final TableContext context;
    private final String streamArn;
    private final ListedShard shard;
    private final Owner owner;
    private final SerialTasks tasks;
    private final PollDelay delay;
    private final ShardCursor cursor;
    private final CheckpointWriter writer;
    private final ShardProgress progress;
    private final PollWatch watch;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private volatile Mode mode = Mode.READING;
    private volatile @Nullable OpenDelivery open;
    private volatile Position checkpoint;
    private volatile @Nullable String problem;
    private volatile boolean waiting;
    private volatile int timesNotFound;
    private @Nullable ScheduledFuture<?> timer;
    private volatile boolean stored;
    private boolean reopening;
    private boolean vanished;
    private int emptyReads;
    private @Nullable Trimmed trimmed;

    /**
     * Creates a reader that does nothing yet.
     *
     * @param from where to begin
     * @param stored whether that position is in the checkpoint store
     * @param lagBaseline moment up to which everything before this shard had been processed; absent if not known
     */
    ShardReader(
            TableContext context,
            String streamArn,
            ListedShard shard,
            Position from,
            boolean stored,
            @Nullable Instant lagBaseline,
            Owner owner) {
        this.context = context;
        this.streamArn = streamArn;
        this.shard = shard;
        this.owner = owner;
        this.stored = stored;
        this.checkpoint = from;
        this.tasks = context.newTasks();
        this.delay = context.newDelay();
        this.cursor = new ShardCursor(context.streams(), streamArn, shard.id(), from);
        this.writer = new CheckpointWriter(
                context.source().checkpoints(), this::checkpointAt, context.newTasks(), context.newDelay());
        this.progress = new ShardProgress(ShardProgress.baselineOf(from, lagBaseline), context.clocks());
        this.watch = new PollWatch(context.clocks());
    }

    /** Begins to read. */
    void start() {
        tasks.run(this::step);
    }

    /** Begins to read with what is written from now on. Where the place cannot be had at once, creation times tell which records are meant. */
    void startNow() {
        try {
            cursor.beginNow();
        } catch (RuntimeException e) {
            log.info("Shard {} gave no place at its tip and is read from its beginning: {}", shard.id(), e.toString());
        }
        start();
    }

    /** Reads no further; the future completes when what is in hand is finished and stored. */
    CompletableFuture<Void> drain() {
        synchronized (this) {
            if (mode == Mode.READING) {
                mode = Mode.DRAINING;
            }
        }
        tasks.run(this::step);
        return drained;
    }

    /** Reads no further and begins no further record; the future completes when what is begun is finished and stored. From any thread, and not held up by a read that hangs. */
    CompletableFuture<Void> close() {
        OpenDelivery delivery;
        synchronized (this) {
            if (mode == Mode.CLOSED) {
                return closed;
            }
            mode = Mode.CLOSED;
            delivery = open;
        }
        var deliveryClosed = delivery == null ? CompletableFuture.<Void>completedFuture(null) : delivery.close();
        Futures.afterwards(
                deliveryClosed,
                () -> Futures.afterwards(flush(), () -> {
                    drained.complete(null);
                    closed.complete(null);
                }));
        return closed;
    }

    /** Stores the progress made so far. */
    CompletableFuture<Void> flush() {
        return writer.flush();
    }

    /** The shard does not exist any more: reports the gap and counts it as ended, unless it was read since. */
    void vanish() {
        tasks.run(() -> {
            if (mode != Mode.READING || reopening || cursor.exhausted() || timesNotFound == 0) {
                return;
            }
            if (owner.gapDetected(gap(GapDetected.Reason.SHARD_VANISHED, cursor.last(), null))) {
                vanished = true;
                cursor.end();
                step();
            }
        });
    }

    ListedShard shard() {
        return shard;
    }

    String streamArn() {
        return streamArn;
    }

    /** Whether the shard has a checkpoint in the store. */
    boolean isStored() {
        return stored;
    }

    /** Whether the shard ended because it does not exist any more. */
    boolean hasVanished() {
        return vanished;
    }

    /** How many times in a row AWS did not know the shard. */
    int timesNotFound() {
        return timesNotFound;
    }

    Duration lag() {
        return progress.lag();
    }

    /** Creation time of the oldest record in hand; absent if there is none. */
    @Nullable Instant oldestUnfinished() {
        var delivery = open;
        return delivery == null ? null : delivery.oldestUnfinished();
    }

    ShardStatus status() {
        var delivery = open;
        var blocked = delivery == null ? null : delivery.problem();
        boolean reading = mode == Mode.READING;
        return new ShardStatus(
                shard.id().value(),
                shard.parent() == null ? null : shard.parent().value(),
                !reading ? ShardState.PAUSED : blocked != null ? ShardState.BLOCKED : ShardState.READING,
                blocked != null ? blocked : problem != null ? problem : writer.problem(),
                Words.of(checkpoint),
                progress.lag(),
                watch.lastSuccess(),
                reading && !waiting ? watch.overdue() : Duration.ZERO,
                delivery == null ? Duration.ZERO : delivery.runningFor());
    }

    @Override
    public void progressed(Position.After position) {
        checkpoint = position;
        progress.finished(position.createdAt());
        writer.progressed(position);
        if (waiting) {
            tasks.run(this::step);
        }
    }

    @Override
    public void claimLost(OpenDelivery delivery) {
        tasks.run(() -> reopen(delivery));
    }

    private void step() {
        if (mode == Mode.CLOSED || reopening) {
            return;
        }
        waiting = false;
        try {
            proceed();
        } catch (RuntimeException e) {
            failed(e, "could not be read");
            again(delay.afterFailure());
        }
    }

    private void proceed() {
        if (mode == Mode.DRAINING) {
            closeIfDrained();
            return;
        }
        if (!stored) {
            context.source().checkpoints().advance(checkpointAt(checkpoint));
            stored = true;
        }
        var delivery = opened();
        if (delivery == null) {
            return;
        }
        if (cursor.exhausted()) {
            endIfDone(delivery);
        } else if (!delivery.hasRoom(context.settings().pageSize())) {
            await(() -> delivery.hasRoom(context.settings().pageSize()));
        } else if (watch.isDue()) {
            poll(delivery);
        }
    }

    private @Nullable OpenDelivery opened() {
        synchronized (this) {
            if (open == null && mode == Mode.READING) {
                open = new OpenDelivery(context.source().path(), shard.id(), this);
            }
            return mode == Mode.READING ? open : null;
        }
    }

    private void poll(OpenDelivery delivery) {
        long startedNanos = context.clocks().nanos();
        ShardCursor.Page page;
        try {
            page = cursor.read(context.settings().pageSize());
        } catch (SdkException e) {
            readFailed(e);
            return;
        }
        watch.succeeded();
        problem = null;
        timesNotFound = 0;
        context.tell(told -> told.polled(context.table(), page.empty() ? PollResult.EMPTY : PollResult.RECORDS));
        if (mode != Mode.READING) {
            step();
            return;
        }
        if (trimmed != null && !settle(trimmed, page)) {
            return;
        }
        cursor.accept(page);
        try {
            if (!delivery.offer(page.records())) {
                return;
            }
        } catch (RuntimeException e) {
            failed(e, "was refused by the record path and is opened anew");
            reopen(delivery);
            return;
        }
        emptyReads = page.empty() ? emptyReads + 1 : 0;
        if (cursor.exhausted()) {
            owner.exhausted(this);
            tasks.run(this::step);
        } else if (page.empty()) {
            // One empty page proves nothing: a shard may have long stretches without records.
            if (emptyReads > 1 && delivery.isDone()) {
                progress.atTip(startedNanos);
            }
            again(delay.afterEmpty());
        } else {
            again(delay.afterRecords());
        }
    }

    private void readFailed(SdkException e) {
        var error = ReadError.of(e);
        boolean first = delay.failures() == 0;
        var wait = delay.afterFailure();
        if (error != ReadError.EXPIRED) {
            failed(e, "could not be read");
        }
        context.tell(told -> told.polled(context.table(), resultOf(error)));
        switch (error) {
            case EXPIRED -> {
                cursor.renew();
                again(first ? Duration.ZERO : wait);
            }
            case TRIMMED -> {
                trimmed = trimmed == null ? new Trimmed(cursor.last(), 0) : trimmed;
                cursor.skipTrimmed();
                again(first ? Duration.ZERO : wait);
            }
            case NOT_FOUND -> {
                int times = timesNotFound;
                timesNotFound = times + 1;
                cursor.renew();
                owner.notFound(this);
                again(wait);
            }
            case INVALID -> {
                // Emulators say so of an iterator that they do not know any more.
                cursor.renew();
                again(wait);
            }
            default -> again(wait);
        }
    }

    /** Reports the gap as soon as it is known where it ends; whether reading may go on. */
    private boolean settle(Trimmed gap, ShardCursor.Page page) {
        trimmed = new Trimmed(gap.after(), gap.reads() + 1);
        var found = page.records().isEmpty() ? null : page.records().get(0).sequenceNumber();
        if (found == null && page.nextIterator() != null && gap.reads() + 1 < READS_BEYOND_GAP) {
            return true;
        }
        boolean goOn = owner.gapDetected(gap(GapDetected.Reason.TRIMMED, gap.after(), found));
        trimmed = goOn ? null : gap;
        return goOn;
    }

    private void endIfDone(OpenDelivery delivery) {
        if (!delivery.isDone()) {
            await(delivery::isDone);
            return;
        }
        context.source().checkpoints().advance(checkpointAt(new Position.ShardEnd()));
        ended(delivery);
    }

    private void ended(OpenDelivery delivery) {
        synchronized (this) {
            if (mode == Mode.CLOSED) {
                return;
            }
            mode = Mode.CLOSED;
        }
        checkpoint = new Position.ShardEnd();
        Futures.afterwards(delivery.close(), () -> {
            drained.complete(null);
            closed.complete(null);
        });
        owner.finished(this);
    }

    private void closeIfDrained() {
        var delivery = open;
        if (delivery == null || delivery.isDone()) {
            var unused = close();
        } else {
            await(delivery::isDone);
        }
    }

    private void await(BooleanSupplier condition) {
        watch.dueIn(Duration.ZERO);
        waiting = true;
        // Progress made between the look and the flag woke nobody.
        again(condition.getAsBoolean() ? Duration.ZERO : WHILE_WAITING);
    }

    private void reopen(OpenDelivery delivery) {
        if (mode == Mode.CLOSED || reopening || open != delivery) {
            return;
        }
        reopening = true;
        waiting = false;
        problem = "Being opened anew from its checkpoint";
        Futures.afterwards(
                delivery.close(),
                () -> Futures.afterwards(flush(), () -> tasks.after(BEFORE_REOPENING, () -> restart(delivery))));
    }

    private void restart(OpenDelivery delivery) {
        if (mode == Mode.CLOSED) {
            return;
        }
        Position position;
        try {
            position = storedPosition();
        } catch (RuntimeException e) {
            failed(e, "could not be opened anew");
            tasks.after(delay.afterFailure(), () -> restart(delivery));
            return;
        }
        if (position instanceof Position.ShardEnd) {
            ended(delivery);
            return;
        }
        synchronized (this) {
            open = null;
        }
        reopening = false;
        trimmed = null;
        emptyReads = 0;
        checkpoint = position;
        cursor.restart(position);
        progress.restarted(position);
        watch.dueIn(Duration.ZERO);
        step();
    }

    private Position storedPosition() {
        return context.source().checkpoints().findAll().stream()
                .filter(row ->
                        row.streamArn().equals(streamArn) && row.shardId().equals(shard.id()))
                .map(Checkpoint::position)
                .findFirst()
                .orElseGet(Position.TrimHorizon::new);
    }

    private void again(Duration wait) {
        if (timer != null) {
            timer.cancel(false);
        }
        if (!waiting) {
            watch.dueIn(wait);
        }
        timer = tasks.timer(wait, this::step);
    }

    private void failed(RuntimeException e, String what) {
        if (problem == null) {
            log.warn("Shard {} of table {} {}: {}", shard.id(), context.table(), what, e.toString());
        }
        log.debug("Shard {} of table {} {}", shard.id(), context.table(), what, e);
        problem = "The shard " + what + ": " + e.getMessage();
    }

    private static PollResult resultOf(ReadError error) {
        return switch (error) {
            case EXPIRED -> PollResult.EXPIRED;
            case TRIMMED -> PollResult.TRIMMED;
            case THROTTLED -> PollResult.THROTTLED;
            default -> PollResult.FAILED;
        };
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

    private Checkpoint checkpointAt(Position position) {
        return new Checkpoint(streamArn, shard.id(), shard.parent(), position);
    }
}
