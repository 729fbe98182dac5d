package io.onlyonce.polling;

import io.onlyonce.GapDetected;
import io.onlyonce.ShardCompleted;
import io.onlyonce.checkpoint.Checkpoint;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import io.onlyonce.engine.StartAt;
import io.onlyonce.engine.StreamNotReadableException;
import io.onlyonce.engine.StreamNotReadableException.Reason;
import io.onlyonce.stream.ShardId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consumes one table: finds its stream and shards, opens those whose turn has come, and follows the table to its next stream. What it decides, it decides in its own tasks, one at a time; its readers run beside it.
 */
final class TablePoller implements ShardReader.Owner, ShardDiscovery.Finder {

    private static final Logger log = LoggerFactory.getLogger(TablePoller.class);
    private static final Duration STILL_NOW = Duration.ofSeconds(5);
    private static final int NOT_FOUND_FOR_GOOD = 10;

    private final TableContext context;
    private final TableSource source;
    private final StreamDescriber describer;
    private final Pace pace;
    private final SerialTasks tasks;
    private final PollDelay delay;
    private final OpenShards open = new OpenShards();
    private final GapLog gaps = new GapLog();

    private volatile State state = State.STOPPED;
    private volatile @Nullable RuntimeException failure;
    private volatile @Nullable String warning;
    private volatile @Nullable ShardBook book;
    private volatile long caughtUpNanos;
    private volatile CompletableFuture<Void> shut = CompletableFuture.completedFuture(null);
    private int commands;
    private int turn;
    private int listings;
    private @Nullable ShardDiscovery discovery;
    private @Nullable String successor;
    private boolean listedSinceSuccessor;
    private boolean atLatest;
    private boolean otherStreamsStored;
    private @Nullable Instant listedAt;
    private long listedNanos;

    TablePoller(TableContext context, StreamDescriber describer, Pace pace) {
        this.context = context;
        this.source = context.source();
        this.describer = describer;
        this.pace = pace;
        this.tasks = context.newTasks();
        this.delay = context.newDelay();
        this.caughtUpNanos = context.clocks().nanos();
    }

    String table() {
        return source.table();
    }

    /**
     * Begins to consume, with one attempt on this thread to find the shards.
     *
     * @throws StreamNotReadableException if no further attempt can find them either
     */
    void start() {
        synchronized (this) {
            if (state != State.STOPPED) {
                return;
            }
            state = State.STARTING;
            commands++;
        }
        failure = null;
        caughtUpNanos = context.clocks().nanos();
        beginOnceShut(State.STARTING);
        var error = failure;
        if (error instanceof StreamNotReadableException) {
            throw error;
        }
        if (error != null && ReadError.of(error) == ReadError.DENIED) {
            throw new StreamNotReadableException(table(), Reason.ACCESS_DENIED, error);
        }
    }

    /** Stops for good or until the next start; the future completes when everything begun is finished and stored. */
    CompletableFuture<Void> stop() {
        synchronized (this) {
            state = State.STOPPED;
            commands++;
        }
        shut = open.close();
        tasks.runHere(this::leaveTurn);
        return shut;
    }

    /** Stores the progress made so far. */
    CompletableFuture<Void> flush() {
        return open.flush();
    }

    /** Reads no further; the future completes when what is in hand is finished and stored. */
    CompletableFuture<Void> pause() {
        return interrupt(State.PAUSED);
    }

    /** Reads on from the checkpoints in the store, after a pause or a halt. */
    void resume() {
        State interrupted;
        synchronized (this) {
            interrupted = state;
            if (interrupted != State.PAUSED && interrupted != State.HALTED) {
                return;
            }
            commands++;
        }
        shut = open.close();
        beginOnceShut(interrupted);
    }

    TableStatus status() {
        return TableReport.of(context, state, problem(), book, open, caughtUpNanos);
    }

    @Override
    public void found(StreamDescriber.Page page) {
        failure = null;
        if (listedAt == null) {
            listedAt = page.at();
            listedNanos = context.clocks().nanos();
        }
        page.shards().forEach(currentBook()::add);
        plan();
    }

    @Override
    public void listed(Set<ShardId> all) {
        currentBook().listedAll();
        for (var reader : open.all()) {
            if (reader.timesNotFound() > 0
                    && (!all.contains(reader.shard().id()) || reader.timesNotFound() >= NOT_FOUND_FOR_GOOD)) {
                reader.vanish();
            }
        }
        plan();
        forget(all);
        if (successor != null) {
            listedSinceSuccessor = true;
            followSuccessorIfDone();
        } else if (listings++ > 0) {
            lookForSuccessor();
        }
    }

    @Override
    public void failed(RuntimeException error) {
        noted(error);
        if (ReadError.of(error) != ReadError.NOT_FOUND) {
            return;
        }
        if (source.streamArn() != null) {
            noted(new StreamNotReadableException(table(), Reason.STREAM_MISSING, error));
            return;
        }
        lookForSuccessor();
        if (successor != null) {
            followSuccessor();
        }
    }

    @Override
    public boolean hasChild(ShardId parent) {
        return currentBook().hasChild(parent);
    }

    @Override
    public void exhausted(ShardReader reader) {
        tasks.run(() -> searchChildren(reader));
    }

    @Override
    public void finished(ShardReader reader) {
        tasks.run(() -> {
            if (open.get(reader.shard().id()) != reader) {
                return;
            }
            long now = context.clocks().nanos();
            caughtUpNanos = now;
            currentBook().ended(reader.shard().id(), now, context.clocks().now().minus(reader.lag()));
            open.remove(reader);
            if (!reader.hasVanished()) {
                context.tell(told -> told.shardCompleted(
                        new ShardCompleted(table(), reader.shard().id())));
            }
            plan();
            searchChildren(reader);
            followSuccessorIfDone();
        });
    }

    @Override
    public void notFound(ShardReader reader) {
        tasks.run(() -> {
            if (discovery != null && open.isAccepting()) {
                discovery.refresh();
            }
        });
    }

    @Override
    public boolean gapDetected(GapDetected gap) {
        if (gaps.add(gap)) {
            log.warn("Records may have been lost: {}", gap);
            context.tell(told -> told.gapDetected(gap));
            if (context.settings().haltOnGap()) {
                var unused = interrupt(State.HALTED);
            }
        }
        return open.isAccepting();
    }

    private CompletableFuture<Void> interrupt(State reason) {
        synchronized (this) {
            if (state == State.STOPPED) {
                return shut;
            }
            state = reason;
            commands++;
        }
        shut = open.drain();
        tasks.run(this::leaveTurn);
        return shut;
    }

    /** Begins when the readers of before are closed; at the start on this thread, if they are. */
    private void beginOnceShut(State expected) {
        int command;
        synchronized (this) {
            command = commands;
        }
        Runnable begin = () -> {
            synchronized (this) {
                if (state != expected || commands != command) {
                    return;
                }
                state = State.STARTING;
            }
            caughtUpNanos = context.clocks().nanos() - status().iteratorLag().toNanos();
            open.openEmpty();
            begin();
        };
        if (expected == State.STARTING && shut.isDone()) {
            tasks.runHere(begin);
        } else {
            Futures.afterwards(shut, () -> tasks.run(begin));
        }
    }

    private void leaveTurn() {
        turn++;
        if (discovery != null) {
            discovery.close();
            discovery = null;
        }
    }

    private void begin() {
        leaveTurn();
        try {
            adopt(describer.streamOf(source), source.checkpoints().findAll());
        } catch (RuntimeException e) {
            noted(e);
            later(delay.afterFailure(), this::begin);
            return;
        }
        delay.afterRecords();
        failure = null;
        discover();
    }

    /** Takes up the stream that was being read, if the table has another by now; what it still offers comes first. */
    private void adopt(String latest, List<Checkpoint> rows) {
        var streams = new HashSet<String>();
        rows.forEach(row -> streams.add(row.streamArn()));
        boolean known = streams.isEmpty() || streams.contains(latest);
        // The label at the end of an ARN is the moment at which the stream was enabled.
        var current = known ? latest : streams.stream().max(String::compareTo).orElse(latest);
        var ofCurrent =
                rows.stream().filter(row -> row.streamArn().equals(current)).toList();
        successor = known ? null : latest;
        otherStreamsStored = ofCurrent.size() < rows.size();
        atLatest = source.startAt() == StartAt.LATEST
                && streams.size() <= 1
                && known
                && ShardLineage.isUntouched(
                        ofCurrent.stream().map(Checkpoint::position).toList());
        book = new ShardBook(current, ofCurrent);
    }

    private void discover() {
        listedAt = null;
        listings = 0;
        listedSinceSuccessor = false;
        discovery =
                new ShardDiscovery(source, currentBook().streamArn(), describer, pace, tasks, context.newDelay(), this);
        discovery.refresh();
    }

    private void plan() {
        if (!open.isAccepting()) {
            currentBook().plan();
            return;
        }
        var fresh = Set.<ShardId>of();
        if (atLatest) {
            if (!currentBook().isComplete()) {
                return;
            }
            try {
                fresh = LatestStart.store(
                        source.checkpoints(),
                        currentBook(),
                        listedAt == null ? context.clocks().now() : listedAt);
            } catch (RuntimeException e) {
                noted(e);
                later(delay.afterFailure(), this::plan);
                return;
            }
            atLatest = false;
        }
        for (var planned : currentBook().plan()) {
            if (planned.turn() == ShardLineage.Turn.READABLE
                    && open.get(planned.shard().id()) == null) {
                open(planned, fresh);
            }
        }
        if (!currentBook().shards().isEmpty()) {
            running();
        }
    }

    private void open(ShardLineage.Planned planned, Set<ShardId> fresh) {
        var shard = planned.shard();
        var reader = new ShardReader(
                context,
                currentBook().streamArn(),
                shard,
                planned.from(),
                currentBook().positions().containsKey(shard.id()),
                currentBook().processedBefore(shard),
                this);
        if (!open.add(reader)) {
            return;
        }
        if (fresh.contains(shard.id()) && context.clocks().since(listedNanos).compareTo(STILL_NOW) < 0) {
            reader.startNow();
        } else {
            reader.start();
        }
    }

    private void searchChildren(ShardReader reader) {
        if (discovery != null && reader.streamArn().equals(currentBook().streamArn())) {
            discovery.searchChildren(reader.shard().id());
        }
    }

    private void forget(Set<ShardId> listed) {
        try {
            boolean othersStored = open.all().stream().anyMatch(ShardReader::isStored);
            for (var id : currentBook().forgettable(listed, othersStored)) {
                source.checkpoints().delete(currentBook().streamArn(), id);
                currentBook().forget(id);
            }
            if (otherStreamsStored) {
                otherStreamsStored = !forgetOtherStreams();
            }
        } catch (RuntimeException e) {
            log.warn("Old checkpoints of table {} were not deleted, which is tried again", table(), e);
        }
    }

    /** Not before the stream that is read has checkpoints of its own: without any, the other one would be taken up again. */
    private boolean forgetOtherStreams() {
        var rows = source.checkpoints().findAll();
        var current = currentBook().streamArn();
        if (rows.stream().noneMatch(row -> row.streamArn().equals(current))) {
            return false;
        }
        rows.stream().filter(row -> !row.streamArn().equals(current)).forEach(row -> source.checkpoints()
                .delete(row.streamArn(), row.shardId()));
        return true;
    }

    private void lookForSuccessor() {
        if (source.streamArn() != null || successor != null) {
            return;
        }
        try {
            var latest = describer.streamOf(source);
            warning = null;
            if (!latest.equals(currentBook().streamArn())) {
                log.info("Table {} has a new stream {}; the old one is read to its end first", table(), latest);
                successor = latest;
                if (discovery != null) {
                    discovery.refresh();
                }
            }
        } catch (RuntimeException e) {
            warning = e.getMessage();
        }
    }

    private void followSuccessorIfDone() {
        if (successor != null
                && listedSinceSuccessor
                && open.all().isEmpty()
                && currentBook().isFinished()) {
            followSuccessor();
        }
    }

    /** Goes on with the next stream of the table when nothing of this one is in hand. */
    private void followSuccessor() {
        if (!open.isAccepting()) {
            return;
        }
        leaveTurn();
        int now = turn;
        shut = open.drain();
        Futures.afterwards(
                shut,
                () -> tasks.run(() -> {
                    if (turn == now && (state == State.RUNNING || state == State.STARTING)) {
                        open.openEmpty();
                        replaceStream();
                    }
                }));
    }

    private void replaceStream() {
        var old = currentBook().streamArn();
        var next = successor;
        if (next == null
                || !gapDetected(new GapDetected(
                        table(),
                        GapDetected.Reason.STREAM_REPLACED,
                        old,
                        null,
                        null,
                        null,
                        context.clocks().now()))) {
            return;
        }
        successor = null;
        atLatest = false;
        otherStreamsStored = true;
        book = new ShardBook(next, List.of());
        discover();
    }

    private synchronized void running() {
        if (state == State.STARTING) {
            state = State.RUNNING;
        }
    }

    private void noted(RuntimeException error) {
        if (failure == null) {
            log.warn("The shards of table {} could not be listed, which is tried again: {}", table(), error.toString());
        }
        log.debug("The shards of table {} could not be listed", table(), error);
        failure = error;
    }

    private @Nullable String problem() {
        var error = failure;
        return error != null ? error.getMessage() : warning;
    }

    private void later(Duration wait, Runnable task) {
        int now = turn;
        tasks.after(wait, () -> {
            if (turn == now) {
                task.run();
            }
        });
    }

    private ShardBook currentBook() {
        return Objects.requireNonNull(book);
    }
}
