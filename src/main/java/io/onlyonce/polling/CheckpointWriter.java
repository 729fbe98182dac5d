package io.onlyonce.polling;

import io.onlyonce.checkpoint.Checkpoint;
import io.onlyonce.checkpoint.CheckpointStore;
import io.onlyonce.stream.Position;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the progress of one shard, at most once a second. It has its own tasks, so that a read that hangs does not keep progress from being written. */
final class CheckpointWriter {

    private static final Logger log = LoggerFactory.getLogger(CheckpointWriter.class);
    private static final Duration BETWEEN_WRITES = Duration.ofSeconds(1);

    private final CheckpointStore checkpoints;
    private final Function<Position, Checkpoint> checkpointAt;
    private final SerialTasks tasks;
    private final PollDelay delay;
    private Position.@Nullable After latest;
    private boolean due;
    private @Nullable String problem;

    CheckpointWriter(
            CheckpointStore checkpoints,
            Function<Position, Checkpoint> checkpointAt,
            SerialTasks tasks,
            PollDelay delay) {
        this.checkpoints = checkpoints;
        this.checkpointAt = checkpointAt;
        this.tasks = tasks;
        this.delay = delay;
    }

    /** Notes progress, which is written within a second or so. */
    void progressed(Position.After position) {
        synchronized (this) {
            latest = position;
            if (due) {
                return;
            }
            due = true;
        }
        tasks.run(this::write);
    }

    /** Writes now what is not written yet; the future completes when that was tried. */
    CompletableFuture<Void> flush() {
        var done = new CompletableFuture<Void>();
        tasks.runHere(() -> {
            var position = take();
            if (position != null) {
                tryToWrite(position);
            }
            done.complete(null);
        });
        return done;
    }

    /** Why progress cannot be written, in words; absent if it can. */
    synchronized @Nullable String problem() {
        return problem;
    }

    private void write() {
        var position = take();
        if (position == null) {
            synchronized (this) {
                due = latest != null;
                if (!due) {
                    return;
                }
            }
        }
        boolean written = position == null || tryToWrite(position);
        var wait = written ? BETWEEN_WRITES : BETWEEN_WRITES.plus(delay.afterFailure());
        tasks.after(wait, this::write);
    }

    private boolean tryToWrite(Position.After position) {
        try {
            // A refusal means that the stored checkpoint is as far: our own write, whose answer was lost, or another
            // process.
            checkpoints.advance(checkpointAt.apply(position));
            delay.afterRecords();
            became(null);
            return true;
        } catch (RuntimeException | Error e) {
            log.warn("{} was not written, which is tried again: {}", checkpointAt.apply(position), e.toString());
            log.debug("The checkpoint was not written", e);
            giveBack(position);
            became("The checkpoint is not written: " + e.getMessage());
            return false;
        }
    }

    private synchronized Position.@Nullable After take() {
        var position = latest;
        latest = null;
        return position;
    }

    private synchronized void giveBack(Position.After position) {
        if (latest == null) {
            latest = position;
        }
    }

    private synchronized void became(@Nullable String now) {
        problem = now;
    }
}
