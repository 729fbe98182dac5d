package io.onlyonce.backfill;

import java.time.Duration;

/**
 * How tables are scanned.
 *
 * @param rate most items that are read in a second of a table
 * @param segments parts of a table that are scanned in parallel
 * @param takeOverAfter how long the process that scans may be silent before another takes over
 */
public record BackfillSettings(int rate, int segments, Duration takeOverAfter) {

    /** With 1 MB a page at most, and two pages of a segment in hand. */
    private static final int LARGEST_PAGE = 500;

    /** Items in a page, so that the segments together take about a second for one page each. */
    int pageSize() {
        return Math.max(1, Math.min(LARGEST_PAGE, rate / segments));
    }
}
