package io.onlyonce.bench;

import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs {@link RecordPathBenchmark} on one core. */
final class PathBench {

    private final Report report;

    PathBench(Report report) {
        this.report = report;
    }

    void run() {
        var options = new OptionsBuilder()
                .include(RecordPathBenchmark.class.getName())
                .verbosity(VerboseMode.SILENT)
                .jvmArgs("-XX:ActiveProcessorCount=1", "-Xmx1g")
                .addProfiler("gc")
                .build();
        try {
            var result = new Runner(options).runSingle();
            Result<?> time = result.getPrimaryResult();
            var table = report.table(
                    "Ledger in memory, from page to completion, one core",
                    "µs/record",
                    "error",
                    "bytes allocated/record");
            table.row(
                    "%.2f".formatted(time.getScore()),
                    "± %.2f".formatted(time.getScoreError()),
                    "%,.0f"
                            .formatted(result.getSecondaryResults()
                                    .get("gc.alloc.rate.norm")
                                    .getScore()));
        } catch (RunnerException e) {
            throw new IllegalStateException(e);
        }
    }
}
