package io.onlyonce.polling;

import io.onlyonce.engine.TableSource;
import io.onlyonce.stream.ShardId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * Keeps looking for the shards of one stream: lists all of them again and again, page by page, and the children of a closed shard at once. A page that fails is asked for again; what was found stays found. All methods
 * are called by the tasks of the table, which this class runs its own calls on.
 */
final class ShardDiscovery {

    /** Told of what is found. */
    interface Finder {

        /** Shards exist; not all that do. */
        void found(StreamDescriber.Page page);

        /** All shards have been listed. */
        void listed(Set<ShardId> all);

        /** The stream could not be described; it is tried again. */
        void failed(RuntimeException error);

        /** Whether a child of a shard is known. */
        boolean hasChild(ShardId parent);
    }

    private static final Duration BETWEEN_LISTINGS = Duration.ofSeconds(60);
    private static final Duration BETWEEN_HURRIED_LISTINGS = Duration.ofSeconds(1);
    private static final Duration FIRST_CHILD_RETRY = Duration.ofMillis(100);
    private static final int CHILD_TRIES = 6;

    private final TableSource source;
    private final String streamArn;
    private final StreamDescriber describer;
    private final Pace pace;
    private final SerialTasks tasks;
    private final PollDelay delay;
    private final Finder finder;
    private final Set<ShardId> searched = new HashSet<>();
    private final Set<ShardId> listed = new HashSet<>();
    private @Nullable ShardId next;
    private @Nullable ScheduledFuture<?> timer;
    private boolean listing;
    private boolean again;
    private boolean closed;
    private boolean filterWorks = true;
    private int pages;
    private int emptyListings;

    ShardDiscovery(
            TableSource source,
            String streamArn,
            StreamDescriber describer,
            Pace pace,
            SerialTasks tasks,
            PollDelay delay,
            Finder finder) {
        this.source = source;
        this.streamArn = streamArn;
        this.describer = describer;
        this.pace = pace;
        this.tasks = tasks;
        this.delay = delay;
        this.finder = finder;
    }

    /** Lists all shards now; once more afterwards if a listing is under way already. */
    void refresh() {
        if (closed) {
            return;
        }
        if (listing) {
            again = true;
            return;
        }
        if (timer != null) {
            timer.cancel(false);
        }
        listing = true;
        again = false;
        next = null;
        pages = 0;
        listed.clear();
        paced(this::listPage);
    }

    /** Looks for the children of a closed shard until one is known, a few times. */
    void searchChildren(ShardId parent) {
        if (searched.add(parent)) {
            searchChildren(parent, 1);
        }
    }

    /** Calls nobody any more. */
    void close() {
        closed = true;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void listPage() {
        StreamDescriber.Page page;
        try {
            page = describer.page(source, streamArn, next);
        } catch (RuntimeException e) {
            // A start that is not accepted any more: the shard that it names may have gone.
            next = ReadError.of(e) == ReadError.INVALID ? null : next;
            finder.failed(e);
            later(delay.afterFailure(), () -> paced(this::listPage));
            return;
        }
        delay.afterRecords();
        pages++;
        page.shards().forEach(shard -> listed.add(shard.id()));
        // A page that leads back to itself would be asked for without end.
        next = page.next() == null || page.next().equals(next) ? null : page.next();
        if (next != null) {
            finder.found(page);
            paced(this::listPage);
            return;
        }
        listing = false;
        emptyListings = listed.isEmpty() ? emptyListings + 1 : 0;
        timer = tasks.timer(again ? BETWEEN_HURRIED_LISTINGS : untilNextListing(), this::refresh);
        var all = Set.copyOf(listed);
        finder.found(page);
        if (!closed) {
            finder.listed(all);
        }
    }

    /** A stream that is being enabled has no shards yet. */
    private Duration untilNextListing() {
        var hurried = BETWEEN_HURRIED_LISTINGS.multipliedBy(1L << Math.min(emptyListings, 6));
        return emptyListings > 0 && hurried.compareTo(BETWEEN_LISTINGS) < 0 ? hurried : BETWEEN_LISTINGS;
    }

    private void searchChildren(ShardId parent, int attempt) {
        if (closed || finder.hasChild(parent)) {
            searched.remove(parent);
            return;
        }
        if (attempt > CHILD_TRIES) {
            searched.remove(parent);
            refresh();
            return;
        }
        // One listing of everything is cheaper than asking for the children of many.
        if (!filterWorks || searched.size() > Math.max(4, pages)) {
            refresh();
            searchAgain(parent, attempt);
        } else {
            paced(() -> {
                askForChildren(parent);
                searchAgain(parent, attempt);
            });
        }
    }

    private void searchAgain(ShardId parent, int attempt) {
        if (finder.hasChild(parent)) {
            searched.remove(parent);
        } else {
            tasks.after(FIRST_CHILD_RETRY.multipliedBy(1L << (attempt - 1)), () -> searchChildren(parent, attempt + 1));
        }
    }

    private void askForChildren(ShardId parent) {
        StreamDescriber.Page page;
        try {
            page = describer.children(source, streamArn, parent);
        } catch (RuntimeException e) {
            var error = ReadError.of(e);
            if (error == ReadError.INVALID) {
                filterWorks = false;
            }
            if (error == ReadError.INVALID || error == ReadError.NOT_FOUND) {
                refresh();
            }
            return;
        }
        if (page.next() != null || !page.shards().stream().allMatch(shard -> parent.equals(shard.parent()))) {
            filterWorks = false;
            refresh();
        }
        finder.found(page);
    }

    private void paced(Runnable call) {
        var wait = pace.reserve();
        if (wait.isZero()) {
            call.run();
        } else {
            later(wait, call);
        }
    }

    private void later(Duration wait, Runnable call) {
        tasks.after(wait, () -> {
            if (!closed) {
                call.run();
            }
        });
    }
}
