package io.onlyonce.bench;

import io.onlyonce.publication.ShardDelivery;
import io.onlyonce.stream.StreamRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The whole way of a record from its page to its completion, with a ledger in memory and on one thread: what Onlyonce itself takes. Tasks wait in a queue until the page has been offered, so that batches are full
 * as they are when the ledger is far away.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class RecordPathBenchmark {

    private static final int PAGE = 1000;
    private static final int PAGES = 20;

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final MemoryPath path = new MemoryPath(1, tasks::add, () -> {});
    private final List<List<StreamRecord>> pages = new ArrayList<>();
    private ShardDelivery shard;
    private List<StreamRecord> page;
    private int next;

    @Setup
    public void makePages() {
        for (int i = 0; i < PAGES; i++) {
            pages.add(MemoryPath.records(i * PAGE, (i + 1) * PAGE));
        }
    }

    /** Takes the next page; after the last one begins anew, with an empty ledger. */
    @Setup(Level.Invocation)
    public void nextPage() {
        if (next % PAGES == 0) {
            shard = path.open();
        }
        page = pages.get(next++ % PAGES);
    }

    @Benchmark
    @OperationsPerInvocation(PAGE)
    public int deliverPage() {
        shard.offer(page);
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
        if (shard.unfinished() > 0) {
            throw new IllegalStateException("Not delivered: " + shard.unfinished());
        }
        return page.size();
    }

    @TearDown
    public void stop() {
        path.close();
    }
}
