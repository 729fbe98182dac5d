package io.onlyonce.backfill;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/** The scans of all segments of a table that this process is at. */
final class OpenScan {

    private final ScanContext context;
    private final BackfillCounts counts;
    private final TableDescription table;
    private final String runId;
    private final int segments;
    private final List<SegmentScan> scans = new ArrayList<>();
    private final Tally tallyBefore;
    private final Tally countedBefore;
    private final long scannedBefore;
    private boolean closed;

    /** Begins where a run has come to. */
    OpenScan(ScanContext context, BackfillCounts counts, BackfillRun run) {
        this.context = context;
        this.counts = counts;
        this.table = context.describe();
        this.runId = run.id();
        this.segments = run.segments().size();
        this.tallyBefore = run.tally();
        this.countedBefore = counts.of(context.table());
        this.scannedBefore = run.scanned();
        for (int segment = 0; segment < segments; segment++) {
            scans.add(begin(segment, run.segments().get(segment)));
        }
        scans.forEach(SegmentScan::pump);
    }

    private SegmentScan begin(int segment, SegmentProgress from) {
        return new SegmentScan(context, new ItemReader(context, table, segment, segments), segment, from);
    }

    private synchronized List<SegmentScan> scans() {
        return List.copyOf(scans);
    }

    /** What the run has come to. */
    BackfillRun progress(BackfillRun run) {
        return run.withProgress(reached(), tally());
    }

    boolean isOf(BackfillRun run) {
        return runId.equals(run.id());
    }

    List<SegmentProgress> reached() {
        return scans().stream().map(SegmentScan::reached).toList();
    }

    /** How items have ended, in this process and those before. */
    Tally tally() {
        return tallyBefore.plus(counted());
    }

    private Tally counted() {
        return counts.of(context.table()).minus(countedBefore);
    }

    /** Whether every segment was scanned to its end. */
    boolean isDone() {
        return scans().stream().allMatch(scan -> scan.reached().done());
    }

    /** Whether the end of every item was counted, which happens a moment after it. */
    boolean isCounted() {
        long scanned =
                scans().stream().mapToLong(scan -> scan.reached().scanned()).sum();
        return counted().total() >= scanned - scannedBefore;
    }

    /** Why the table cannot be scanned; absent if it can. */
    @Nullable String failure() {
        return scans().stream()
                .map(SegmentScan::failure)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    @Nullable String problem() {
        return scans().stream()
                .map(SegmentScan::problem)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    boolean isClaimLost() {
        return scans().stream().anyMatch(SegmentScan::isClaimLost);
    }

    /** Begins segments anew that have lost a claim; to be called when it is certain that this process still owns the run. */
    void reopenLost() {
        for (int segment = 0; segment < segments; segment++) {
            var scan = scans().get(segment);
            if (scan.isClaimLost()) {
                int number = segment;
                var unused = scan.close().whenComplete((done, error) -> reopen(number, scan));
            }
        }
    }

    private void reopen(int segment, SegmentScan lost) {
        SegmentScan anew;
        synchronized (this) {
            if (closed || scans.get(segment) != lost) {
                return;
            }
            anew = begin(segment, lost.reached());
            scans.set(segment, anew);
        }
        anew.pump();
    }

    CompletableFuture<Void> close() {
        List<SegmentScan> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(scans);
        }
        return CompletableFuture.allOf(all.stream().map(SegmentScan::close).toArray(CompletableFuture[]::new));
    }
}
