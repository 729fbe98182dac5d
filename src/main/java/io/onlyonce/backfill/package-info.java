/** Backfills: scans of a table that take its existing items along the path of stream records, so that a gap in the stream can be repaired. */
@NullMarked
package io.onlyonce.backfill;

import org.jspecify.annotations.NullMarked;
