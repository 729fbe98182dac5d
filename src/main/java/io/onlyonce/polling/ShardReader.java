package io.onlyonce.polling;

import io.onlyonce.GapDetected;
import io.onlyonce.checkpoint.Checkpoint;
import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.engine.ConsumerStatus.ShardStatus;
import io.onlyonce.stream.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes one shard from a position to its end: a page, hand it over, the next page while there is room; at the end wait until everything is finished. Each step is one short task, and a step that fails is taken again
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

    private static final Duration WHILE_WAITING = Duration.ofSeconds(1);

    private final TableContext context;
    private final String streamArn;
    private final ListedShard shard;
    private final Owner owner;
    private final SerialTasks tasks;
    private final PageReader pages;
    private final CheckpointWriter writer;
    private final ShardProgress progress;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private volatile Mode mode = Mode.READING;
    private volatile @Nullable OpenDelivery open;
    private volatile Position checkpoint;
    private volatile boolean stored;
    private volatile boolean waiting;
    private volatile long dueNanos;
    private @Nullable ScheduledFuture<?> timer;
    private boolean reopening;
    private boolean vanished;

    /**
     * Creates a reader that does nothing yet.
     *
     * @param opening what to read
     * @param owner is told how it goes
     */
    ShardReader(TableContext context, ShardOpening opening, Owner owner) {
        this.context = context;
        this.streamArn = opening.streamArn();
        this.shard = opening.shard();
        this.owner = owner;
        this.stored = opening.stored();
        this.checkpoint = opening.from();
        this.tasks = context.newTasks();
        this.pages = new PageReader(
                context,
                streamArn,
                shard,
                opening.from(),
                opening.beginningTrimmed(context.clocks()),
                owner::gapDetected);
        this.writer = new CheckpointWriter(
                context.source().checkpoints(), this::checkpointAt, context.newTasks(), context.newDelay());
        this.progress = new ShardProgress(
                ShardProgress.baselineOf(opening.from(), opening.processedBefore()), context.clocks());
        this.dueNanos = context.clocks().nanos();
    }

    /** Begins to read. */
    void start() {
        tasks.run(this::step);
    }

    /** Begins to read with what is written from now on. */
    void startNow() {
        pages.beginNow();
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
        var begun = delivery == null ? CompletableFuture.<Void>completedFuture(null) : delivery.close();
        Futures.afterwards(begun, () -> Futures.afterwards(flush(), this::isClosed));
        return closed;
    }

    /** Stores the progress made so far. */
    CompletableFuture<Void> flush() {
        return writer.flush();
    }

    /** The shard does not exist any more: it counts as ended, unless it was read since. */
    void vanish() {
        tasks.run(() -> {
            if (mode == Mode.READING && !reopening && pages.vanish()) {
                vanished = true;
                step();
            }
        });
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

    ListedShard shard() {
        return shard;
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
        return pages.timesNotFound();
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
                blocked != null ? blocked : pages.problem() != null ? pages.problem() : writer.problem(),
                Words.of(checkpoint),
                progress.lag(),
                pages.lastSuccess(),
                reading && !waiting ? overdue() : Duration.ZERO,
                delivery == null ? Duration.ZERO : delivery.runningFor());
    }

    /** For how long a read has been due without an answer: the next one becomes due only when the last is answered. */
    private Duration overdue() {
        var overdue = context.clocks().since(dueNanos);
        return overdue.isNegative() ? Duration.ZERO : overdue;
    }

    private void step() {
        if (mode == Mode.CLOSED || reopening) {
            return;
        }
        waiting = false;
        try {
            proceed();
        } catch (RuntimeException | Error e) {
            again(pages.failed(e, "could not be processed"));
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
        if (pages.exhausted()) {
            endIfDone(delivery);
        } else if (!delivery.hasRoom(context.settings().pageSize())) {
            await(() -> delivery.hasRoom(context.settings().pageSize()));
        } else if (context.clocks().nanos() - dueNanos >= 0) {
            readPage(delivery);
        }
    }

    private @Nullable OpenDelivery opened() {
        synchronized (this) {
            if (open == null && mode == Mode.READING) {
                open = new OpenDelivery(context.source().path(), shard.id(), context.memory(), this);
            }
            return mode == Mode.READING ? open : null;
        }
    }

    private void readPage(OpenDelivery delivery) {
        int most = pages.atTip() ? PageMemory.SMALL_PAGE : context.settings().pageSize();
        if (context.memory().tryReserve(most)) {
            try {
                readPage(delivery, context.settings().pageSize());
            } finally {
                context.memory().release(most);
            }
        } else if (delivery.hasRoom(PageMemory.SMALL_PAGE)) {
            readPage(
                    delivery, Math.min(PageMemory.SMALL_PAGE, context.settings().pageSize()));
        } else {
            await(() -> delivery.hasRoom(PageMemory.SMALL_PAGE));
        }
    }

    private void readPage(OpenDelivery delivery, int limit) {
        long startedNanos = context.clocks().nanos();
        var outcome = pages.read(limit);
        if (mode != Mode.READING) {
            tasks.run(this::step);
        } else if (outcome instanceof PageReader.Outcome.Nothing nothing) {
            if (pages.timesNotFound() > 0) {
                owner.notFound(this);
            }
            again(nothing.delay());
        } else if (outcome instanceof PageReader.Outcome.Page page && handOver(delivery, page)) {
            if (pages.exhausted()) {
                owner.exhausted(this);
                tasks.run(this::step);
                return;
            }
            if (pages.atTip() && delivery.isDone()) {
                progress.atTip(startedNanos);
            }
            again(page.delay());
        }
    }

    private boolean handOver(OpenDelivery delivery, PageReader.Outcome.Page page) {
        try {
            delivery.passOver(page.repeated());
            return delivery.offer(page.records(), page.bytes());
        } catch (RuntimeException | Error e) {
            // It may have taken some of the page, and the page counts as read.
            var unused = pages.failed(e, "was refused by the record path and is opened anew");
            reopen(delivery);
            return false;
        }
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
        Futures.afterwards(delivery.close(), this::isClosed);
        owner.finished(this);
    }

    private void isClosed() {
        drained.complete(null);
        closed.complete(null);
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
        waiting = true;
        // Progress made between the look and the flag woke nobody.
        again(condition.getAsBoolean() ? Duration.ZERO : WHILE_WAITING);
        dueNanos = context.clocks().nanos();
    }

    private void again(Duration wait) {
        if (timer != null) {
            timer.cancel(false);
        }
        dueNanos = context.clocks().nanos() + wait.toNanos();
        timer = tasks.timer(wait, this::step);
    }

    private void reopen(OpenDelivery delivery) {
        if (mode == Mode.CLOSED || reopening || open != delivery) {
            return;
        }
        reopening = true;
        // No read is due until then.
        waiting = true;
        Futures.afterwards(
                delivery.close(),
                () -> Futures.afterwards(
                        flush(), () -> tasks.after(context.settings().leaseDuration(), () -> restart(delivery))));
    }

    private void restart(OpenDelivery delivery) {
        if (mode == Mode.CLOSED) {
            return;
        }
        Position position;
        try {
            position = storedPosition();
        } catch (RuntimeException | Error e) {
            tasks.after(pages.failed(e, "could not be opened anew"), () -> restart(delivery));
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
        checkpoint = position;
        pages.restart(position);
        progress.restarted(position);
        dueNanos = context.clocks().nanos();
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

    private Checkpoint checkpointAt(Position position) {
        return new Checkpoint(streamArn, shard.id(), shard.parent(), position);
    }
}
