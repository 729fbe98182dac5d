package io.onlyonce.polling;

import io.onlyonce.stream.SequenceNumber;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The pages of a shard whose records have not all reached their end. Its lock is never held while others are called. */
final class PagesInHand {

    /** A page, with its last record. */
    private record Page(SequenceNumber last, long bytes) {}

    private final PageMemory memory;
    private final ArrayDeque<Page> pages = new ArrayDeque<>();
    private @Nullable SequenceNumber finished;
    private boolean closed;

    PagesInHand(PageMemory memory) {
        this.memory = memory;
    }

    /** Takes about so many bytes until the page is finished. */
    synchronized void add(SequenceNumber last, long bytes) {
        memory.take(bytes);
        pages.add(new Page(last, bytes));
        forgetFinished();
    }

    /** Every record up to here has reached its end, also of a page that is yet to be added. */
    synchronized void finished(SequenceNumber last) {
        finished = last;
        forgetFinished();
    }

    synchronized int count() {
        return pages.size();
    }

    /** Gives back what the pages take, once; they still count as in hand. */
    synchronized void close() {
        if (!closed) {
            closed = true;
            pages.forEach(page -> memory.giveBack(page.bytes()));
        }
    }

    private void forgetFinished() {
        var last = finished;
        while (last != null && !pages.isEmpty() && !pages.element().last().isAfter(last)) {
            var page = pages.remove();
            if (!closed) {
                memory.giveBack(page.bytes());
            }
        }
    }
}
