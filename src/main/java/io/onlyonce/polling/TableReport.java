package io.onlyonce.polling;

import io.onlyonce.engine.Clocks;
import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.engine.ConsumerStatus.ShardStatus;
import io.onlyonce.engine.ConsumerStatus.State;
import io.onlyonce.engine.ConsumerStatus.TableStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Status of a table from what its parts publish; asks nobody and waits for nobody. */
final class TableReport {

    private TableReport() {}

    static TableStatus of(
            TableContext context,
            State state,
            @Nullable String problem,
            @Nullable ShardBook book,
            OpenShards open,
            long caughtUpNanos) {
        var lag = lag(context.clocks(), book, open, caughtUpNanos);
        return new TableStatus(
                context.table(),
                book == null ? context.source().streamArn() : book.streamArn(),
                state,
                problem,
                lag,
                headroom(context.clocks(), lag, open),
                book == null ? List.of() : shards(book, open, state, lag));
    }

    private static Duration lag(Clocks clocks, @Nullable ShardBook book, OpenShards open, long caughtUpNanos) {
        var readers = List.copyOf(open.all());
        var childless = book == null ? null : book.childlessSince();
        var lag = childless == null ? Duration.ZERO : clocks.since(childless);
        if (childless == null && readers.isEmpty()) {
            lag = clocks.since(caughtUpNanos);
        }
        for (var reader : readers) {
            lag = longer(lag, reader.lag());
        }
        return lag;
    }

    private static Duration headroom(Clocks clocks, Duration lag, OpenShards open) {
        var readers = List.copyOf(open.all());
        var age = readers.isEmpty() ? lag : Duration.ZERO;
        for (var reader : readers) {
            var oldest = reader.oldestUnfinished();
            age = longer(age, oldest == null ? reader.lag() : clocks.since(oldest));
        }
        return age.compareTo(ShardOpening.RETENTION) < 0 ? ShardOpening.RETENTION.minus(age) : Duration.ZERO;
    }

    private static List<ShardStatus> shards(ShardBook book, OpenShards open, State state, Duration lag) {
        var shards = new ArrayList<ShardStatus>();
        for (var planned : book.planned()) {
            var reader = open.get(planned.shard().id());
            shards.add(reader == null ? unread(planned, state, lag) : reader.status());
        }
        return shards;
    }

    private static ShardStatus unread(ShardLineage.Planned planned, State state, Duration lag) {
        boolean reading = state == State.STARTING || state == State.RUNNING;
        boolean finished = planned.turn() == ShardLineage.Turn.FINISHED;
        var parent = planned.shard().parent();
        return new ShardStatus(
                planned.shard().id().value(),
                parent == null ? null : parent.value(),
                finished ? ShardState.FINISHED : reading ? ShardState.WAITING : ShardState.PAUSED,
                null,
                Words.of(planned.from()),
                finished ? Duration.ZERO : lag,
                null,
                Duration.ZERO,
                Duration.ZERO);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }
}
