package io.onlyonce.kcl;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.common.StreamIdentifier;

/**
 * The consumed tables of a process.
 *
 * @param all tables, in the order of the configuration
 */
record ConsumedTables(List<ConsumedTable> all) {

    /** Table of a stream; absent if it is not consumed here, as when another process is configured otherwise. */
    @Nullable ConsumedTable of(StreamIdentifier stream) {
        return find(StreamNames.table(stream.streamName()));
    }

    /** Table by its name. */
    ConsumedTable named(String table) {
        var found = find(table);
        if (found == null) {
            throw new IllegalArgumentException("Table '" + table + "' is not consumed");
        }
        return found;
    }

    private @Nullable ConsumedTable find(String table) {
        for (var each : all) {
            if (each.name().equals(table)) {
                return each;
            }
        }
        return null;
    }

    /** Ends all open shards. Completes when nothing is in hand any more. */
    CompletableFuture<Void> end() {
        return CompletableFuture.allOf(all.stream().map(ConsumedTable::end).toArray(CompletableFuture[]::new));
    }
}
