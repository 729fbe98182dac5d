package io.onlyonce.quarantine;

import io.onlyonce.quarantine.QuarantineStore.Page;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pages of a listing. A cursor is the id of a page's last record, which may be deleted before the next page is asked for. */
final class Paging {

    private Paging() {}

    static void check(@Nullable String table, @Nullable String cursor, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("Limit must be at least 1, but was " + limit);
        }
        if (cursor == null) {
            return;
        }
        if (!QuarantineId.isWellFormed(cursor)) {
            throw new IllegalArgumentException("Not a cursor that a page of this listing gave");
        }
        if (table != null && !cursor.startsWith(QuarantineId.prefix(table))) {
            throw new IllegalArgumentException("The cursor belongs to a listing of another table than '" + table + "'");
        }
    }

    /** Page of a list that goes on beyond the limit if there are more. */
    static Page page(List<QuarantineSummary> found, int limit) {
        return found.size() > limit
                ? new Page(found.subList(0, limit), found.get(limit - 1).id())
                : new Page(found, null);
    }
}
