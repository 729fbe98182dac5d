package io.onlyonce.polling;

import io.onlyonce.checkpoint.Checkpoint;
import io.onlyonce.engine.StartAt;
import io.onlyonce.engine.TableSource;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The stream of a table that is to be read now.
 *
 * @param streamArn stream
 * @param successor stream to read when this one is read to its end; absent if this is the latest
 * @param checkpoints its checkpoints
 * @param atLatest whether this is the first start of the table and begins at {@code latest}, or one that was interrupted
 * @param othersStored whether there are checkpoints of streams that came before
 */
record FollowedStream(
        String streamArn,
        @Nullable String successor,
        List<Checkpoint> checkpoints,
        boolean atLatest,
        boolean othersStored) {

    /** Decides from the checkpoints: an older stream that was being read comes before the one that is to be read, because it may still offer records. */
    static FollowedStream of(TableSource source, String wanted, List<Checkpoint> rows) {
        var streams = new HashSet<String>();
        rows.forEach(row -> streams.add(row.streamArn()));
        // The label at the end of an ARN is the moment at which the stream was enabled.
        var older = streams.stream()
                .filter(stream -> stream.compareTo(wanted) < 0)
                .max(String::compareTo)
                .orElse(wanted);
        var current = streams.contains(wanted) ? wanted : older;
        var ofCurrent =
                rows.stream().filter(row -> row.streamArn().equals(current)).toList();
        boolean othersStored = ofCurrent.size() < rows.size();
        boolean atLatest = source.startAt() == StartAt.LATEST
                && current.equals(wanted)
                && !othersStored
                && ShardLineage.isUntouched(
                        ofCurrent.stream().map(Checkpoint::position).toList());
        return new FollowedStream(current, current.equals(wanted) ? null : wanted, ofCurrent, atLatest, othersStored);
    }

    /** The stream that follows one that was read to its end. */
    static FollowedStream next(String streamArn) {
        return new FollowedStream(streamArn, null, List.of(), false, true);
    }
}
