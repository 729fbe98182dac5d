package io.onlyonce.polling;

import io.onlyonce.GapDetected;
import io.onlyonce.ShardCompleted;
import io.onlyonce.engine.StreamNotReadableException;
import io.onlyonce.engine.StreamNotReadableException.Reason;
import io.onlyonce.engine.TableSource;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.ShardId;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads one stream of a table: opens the shards whose turn has come, until the table has another stream and this one is read to its end. Lives from a start, a resume or a new stream to the next; works in the tasks of the table. */
final class StreamFollower implements ShardReader.Owner, ShardDiscovery.Finder {

    /** The table whose stream is followed. */
    interface Table {

        /** Shards are known and read. */
        void running();

        /** The shards cannot be found at the moment; absent, if they can. */
        void failing(@Nullable RuntimeException error);

        /** Records may have been lost. From any thread; answers whether reading may go on. */
        boolean gapDetected(GapDetected gap);

        /** Nothing more comes from the stream, and the table has another. */
        void streamEnded(String streamArn, String successor);
    }

    private static final Logger log = LoggerFactory.getLogger(StreamFollower.class);
    private static final Duration STILL_NOW = Duration.ofSeconds(5);
    private static final int NOT_FOUND_FOR_GOOD = 10;

    private final TableContext context;
    private final TableSource source;
    private final StreamDescriber describer;
    private final SerialTasks tasks;
    private final OpenShards open;
    private final Table table;
    private final ShardBook book;
    private final ShardDiscovery discovery;
    private final PollDelay delay;
    private volatile @Nullable String warning;
    private @Nullable String successor;
    private boolean listedSinceSuccessor;
    private boolean atLatest;
    private boolean othersStored;
    private boolean closed;
    private int listings;
    private @Nullable Instant listedAt;
    private long listedNanos;

    StreamFollower(
            TableContext context,
            StreamDescriber describer,
            Pace pace,
            SerialTasks tasks,
            OpenShards open,
            FollowedStream stream,
            Table table) {
        this.context = context;
        this.source = context.source();
        this.describer = describer;
        this.tasks = tasks;
        this.open = open;
        this.table = table;
        this.delay = context.newDelay();
        this.book = new ShardBook(stream.streamArn(), stream.checkpoints());
        this.successor = stream.successor();
        this.atLatest = stream.atLatest();
        this.othersStored = stream.othersStored();
        this.discovery =
                new ShardDiscovery(source, stream.streamArn(), describer, pace, tasks, context.newDelay(), this);
    }

    /** Begins to look for shards, with the first call on this thread. */
    void start() {
        discovery.refresh();
    }

    /** Opens no further shard. Those that are open belong to the table. */
    void close() {
        closed = true;
        discovery.close();
    }

    /** What is known of the shards; see there what may be asked from other threads. */
    ShardBook book() {
        return book;
    }

    /** What is wrong with the table while its shards can be read all the same; from any thread. */
    @Nullable String warning() {
        return warning;
    }

    @Override
    public void found(StreamDescriber.Page page) {
        table.failing(null);
        if (listedAt == null) {
            listedAt = page.at();
            listedNanos = context.clocks().nanos();
        }
        page.shards().forEach(book::add);
        plan();
    }

    @Override
    public void listed(Set<ShardId> all) {
        book.listedAll();
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
            endIfDone();
        } else if (listings++ > 0 && lookForSuccessor()) {
            discovery.refresh();
        }
    }

    @Override
    public void failed(RuntimeException error) {
        boolean gone = ReadError.of(error) == ReadError.NOT_FOUND;
        if (gone && source.streamArn() != null && successor == null) {
            table.failing(new StreamNotReadableException(context.table(), Reason.STREAM_MISSING, error));
            return;
        }
        table.failing(error);
        if (gone && (successor != null || lookForSuccessor())) {
            end();
        }
    }

    @Override
    public boolean hasChild(ShardId parent) {
        return book.hasChild(parent);
    }

    @Override
    public void exhausted(ShardReader reader) {
        run(() -> discovery.searchChildren(reader.shard().id()));
    }

    @Override
    public void finished(ShardReader reader) {
        if (!reader.hasVanished()) {
            context.tell(told -> told.shardCompleted(
                    new ShardCompleted(context.table(), reader.shard().id())));
        }
        run(() -> {
            var clocks = context.clocks();
            book.ended(reader.shard().id(), clocks.nanos(), clocks.now().minus(reader.lag()));
            open.remove(reader);
            plan();
            discovery.searchChildren(reader.shard().id());
            endIfDone();
        });
    }

    @Override
    public void notFound(ShardReader reader) {
        run(discovery::refresh);
    }

    @Override
    public boolean gapDetected(GapDetected gap) {
        return table.gapDetected(gap);
    }

    private void run(Runnable task) {
        tasks.run(() -> {
            if (!closed) {
                task.run();
            }
        });
    }

    private void plan() {
        var fresh = Set.<ShardId>of();
        if (atLatest) {
            if (!book.isComplete()) {
                return;
            }
            try {
                fresh = LatestStart.store(
                        source.checkpoints(),
                        book,
                        listedAt == null ? context.clocks().now() : listedAt);
            } catch (RuntimeException e) {
                table.failing(e);
                tasks.after(delay.afterFailure(), () -> run(this::plan));
                return;
            }
            table.failing(null);
            atLatest = false;
        }
        for (var planned : book.plan()) {
            if (planned.turn() == ShardLineage.Turn.READABLE
                    && open.get(planned.shard().id()) == null) {
                open(planned, fresh);
            }
        }
        if (!book.shards().isEmpty()) {
            table.running();
        }
    }

    private void open(ShardLineage.Planned planned, Set<ShardId> fresh) {
        var shard = planned.shard();
        var opening = new ShardOpening(
                book.streamArn(),
                shard,
                planned.from(),
                book.positions().containsKey(shard.id()),
                shard.parent() != null && book.positions().get(shard.parent()) instanceof Position.ShardEnd,
                book.processedBefore(shard));
        var reader = new ShardReader(context, opening, this);
        if (!open.add(reader)) {
            return;
        }
        if (fresh.contains(shard.id()) && context.clocks().since(listedNanos).compareTo(STILL_NOW) < 0) {
            reader.startNow();
        } else {
            reader.start();
        }
    }

    private void forget(Set<ShardId> listed) {
        try {
            boolean stored = open.all().stream().anyMatch(ShardReader::isStored);
            for (var id : book.forgettable(listed, stored)) {
                source.checkpoints().delete(book.streamArn(), id);
                book.forget(id);
            }
            if (othersStored) {
                othersStored = !forgetOtherStreams();
            }
        } catch (RuntimeException e) {
            log.warn("Old checkpoints of table {} were not deleted, which is tried again: {}", context.table(), e);
        }
    }

    /** Not before the stream that is read has checkpoints of its own: without any, the other one would be taken up again. */
    private boolean forgetOtherStreams() {
        var rows = source.checkpoints().findAll();
        if (rows.stream().noneMatch(row -> row.streamArn().equals(book.streamArn()))) {
            return false;
        }
        rows.stream().filter(row -> !row.streamArn().equals(book.streamArn())).forEach(row -> source.checkpoints()
                .delete(row.streamArn(), row.shardId()));
        return true;
    }

    private boolean lookForSuccessor() {
        if (source.streamArn() != null) {
            return false;
        }
        try {
            var latest = describer.streamOf(source);
            warning = null;
            if (latest.equals(book.streamArn())) {
                return false;
            }
            log.info("Table {} has a new stream {}; the old one is read to its end first", context.table(), latest);
            successor = latest;
            return true;
        } catch (RuntimeException e) {
            log.info("The stream of table {} could not be looked up, which is tried again: {}", context.table(), e);
            // The shards are read all the same.
            warning = ReadError.lasts(e) ? e.getMessage() : null;
            return false;
        }
    }

    private void endIfDone() {
        if (successor != null && listedSinceSuccessor && open.all().isEmpty() && book.isFinished()) {
            end();
        }
    }

    private void end() {
        if (successor != null && open.isAccepting()) {
            table.streamEnded(book.streamArn(), successor);
        }
    }
}
