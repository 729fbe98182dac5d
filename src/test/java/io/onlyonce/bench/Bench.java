package io.onlyonce.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * Measures Onlyonce beside its peers and prints tables, which it keeps in {@code target/bench/report.md}:
 *
 * <pre>{@code
 * ./mvnw -q -DskipTests package exec:exec@bench
 * }</pre>
 *
 * {@code -Dbench=throughput,latency} measures some parts only, {@code -Dbench.rounds=9} takes more rounds.
 */
public final class Bench {

    private Bench() {}

    public static void main(String[] args) {
        int exit = 1;
        try {
            run();
            exit = 0;
        } catch (RuntimeException | Error e) {
            e.printStackTrace();
        } finally {
            // Clients of KCL's workers do not end by themselves.
            System.exit(exit);
        }
    }

    private static void run() {
        List<String> parts = List.of(System.getProperty("bench").split(","));
        int rounds = Integer.getInteger("bench.rounds");
        var report = new Report(Path.of("target", "bench", "report.md"));
        report.line("%d processors, Java %s, %s %s"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        Runtime.version(),
                        System.getProperty("os.name"),
                        System.getProperty("os.version")));
        // The fake's server: otherwise each answer waits for the acknowledgement of its own head.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        try (var database = BenchDatabase.start()) {
            if (parts.contains("cost")) {
                new CostBench(database, report).run();
            }
            if (parts.contains("path")) {
                new PathBench(report).run();
            }
            if (parts.contains("start")) {
                new StartUpBench(database, report, rounds).run();
            }
            if (parts.contains("scale")) {
                new ScaleBench(database, report).run();
            }
            if (parts.contains("backlog")) {
                new BacklogBench(database, report).run();
            }
            if (parts.contains("clients")) {
                new ClientsBench(database, report, rounds).run();
            }
            if (parts.contains("forward")) {
                new ForwardBench(database, report, rounds).run();
            }
            if (parts.contains("throughput")) {
                new ThroughputBench(database, report, rounds).run();
            }
            if (parts.contains("latency")) {
                new LatencyBench(database, report).run();
            }
        }
        report.print();
    }
}
