package io.onlyonce.polling;

import io.onlyonce.GapDetected;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import io.onlyonce.engine.GapLog;
import io.onlyonce.engine.StreamNotReadableException;
import io.onlyonce.engine.StreamNotReadableException.Reason;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Consumes one table: starts, stops, pauses, halts, and leads it from one stream to the next. What it decides, it decides in its own tasks, one at a time; its readers run beside it. */
final class TablePoller implements StreamFollower.Table {

    private static final Logger log = LoggerFactory.getLogger(TablePoller.class);

    private final TableContext context;
    private final StreamDescriber describer;
    private final Pace pace;
    private final SerialTasks tasks;
    private final PollDelay delay;
    private final OpenShards open = new OpenShards();
    private final GapLog gaps = new GapLog();

    private volatile State state = State.STOPPED;
    private volatile @Nullable RuntimeException failure;
    private volatile boolean starting;
    private volatile @Nullable StreamFollower follower;
    private volatile long caughtUpNanos;
    private volatile CompletableFuture<Void> shut = CompletableFuture.completedFuture(null);
    /** Counts what was ordered, so that what an earlier order left to be done later is not done. */
    private int orders;

    private int turn;

    TablePoller(TableContext context, StreamDescriber describer, Pace pace) {
        this.context = context;
        this.describer = describer;
        this.pace = pace;
        this.tasks = context.newTasks();
        this.delay = context.newDelay();
        this.caughtUpNanos = context.clocks().nanos();
    }

    String table() {
        return context.table();
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
            orders++;
        }
        failure = null;
        caughtUpNanos = context.clocks().nanos();
        starting = true;
        beginOnceShut(State.STARTING);
        starting = false;
        var error = failure;
        if (error instanceof StreamNotReadableException) {
            throw error;
        }
        if (error != null && ReadError.lasts(error)) {
            throw new StreamNotReadableException(table(), Reason.ACCESS_DENIED, error);
        }
    }

    /** Stops until the next start; the future completes when everything begun is finished and stored. */
    CompletableFuture<Void> stop() {
        synchronized (this) {
            state = State.STOPPED;
            orders++;
        }
        shut = open.close();
        tasks.runHere(this::leave);
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
            orders++;
        }
        caughtUpNanos = context.clocks().nanos() - status().iteratorLag().toNanos();
        shut = open.close();
        beginOnceShut(interrupted);
    }

    TableStatus status() {
        var followed = follower;
        var error = failure;
        var problem = error != null ? error.getMessage() : followed != null ? followed.warning() : null;
        return TableReport.of(context, state, problem, followed == null ? null : followed.book(), open, caughtUpNanos);
    }

    @Override
    public void running() {
        synchronized (this) {
            if (state == State.STARTING) {
                state = State.RUNNING;
            }
        }
    }

    @Override
    public void failing(@Nullable RuntimeException error) {
        if (error != null) {
            // What makes the start fail is thrown and not tried again.
            if (failure == null && !(starting && ReadError.lasts(error))) {
                log.warn("The shards of table {} are not found, which is tried again: {}", table(), error.toString());
            }
            log.debug("The shards of table {} are not found", table(), error);
        }
        failure = error;
    }

    @Override
    public boolean gapDetected(GapDetected gap) {
        if (gaps.add(gap)) {
            context.tell(told -> told.gapDetected(gap));
            if (context.settings().haltOnGap()) {
                var unused = interrupt(State.HALTED);
            }
        }
        return open.isAccepting();
    }

    @Override
    public void streamEnded(String streamArn, String successor) {
        leave();
        int now = turn;
        shut = open.drain();
        Futures.afterwards(
                shut,
                () -> tasks.run(() -> {
                    if (turn == now) {
                        replaceStream(streamArn, successor);
                    }
                }));
    }

    private void replaceStream(String streamArn, String successor) {
        synchronized (this) {
            if (state != State.RUNNING && state != State.STARTING) {
                return;
            }
            open.openEmpty();
        }
        var gap = new GapDetected(
                table(),
                GapDetected.Reason.STREAM_REPLACED,
                streamArn,
                null,
                null,
                null,
                context.clocks().now());
        if (gapDetected(gap)) {
            follow(FollowedStream.next(successor));
        }
    }

    private CompletableFuture<Void> interrupt(State reason) {
        synchronized (this) {
            if (state == State.STOPPED) {
                return shut;
            }
            state = reason;
            orders++;
        }
        shut = open.drain();
        tasks.run(this::leave);
        return shut;
    }

    /** Begins when the readers of before are closed; at the start on this thread, if they are. */
    private void beginOnceShut(State expected) {
        int order;
        synchronized (this) {
            order = orders;
        }
        Runnable begin = () -> {
            synchronized (this) {
                if (state != expected || orders != order) {
                    return;
                }
                state = State.STARTING;
                open.openEmpty();
            }
            begin();
        };
        if (expected == State.STARTING && shut.isDone()) {
            tasks.runHere(begin);
        } else {
            Futures.afterwards(shut, () -> tasks.run(begin));
        }
    }

    private void begin() {
        leave();
        int now = turn;
        FollowedStream stream;
        try {
            stream = FollowedStream.of(
                    context.source(),
                    describer.streamOf(context.source()),
                    context.source().checkpoints().findAll());
        } catch (RuntimeException e) {
            failing(e);
            tasks.after(delay.afterFailure(), () -> {
                if (turn == now) {
                    begin();
                }
            });
            return;
        }
        delay.afterRecords();
        failing(null);
        follow(stream);
    }

    private void follow(FollowedStream stream) {
        var next = new StreamFollower(context, describer, pace, tasks, open, stream, this);
        follower = next;
        next.start();
    }

    private void leave() {
        turn++;
        var left = follower;
        if (left != null) {
            left.close();
        }
    }
}
