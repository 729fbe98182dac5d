package io.onlyonce.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;

/** What Linux says of a process, and of all. */
final class ProcessFigures {

    private ProcessFigures() {}

    static double residentMegabytes(long pid) {
        return Long.parseLong(status(pid, "VmRSS:")) / 1024.0;
    }

    static int threads(long pid) {
        return Integer.parseInt(status(pid, "Threads:"));
    }

    /** Time of the processor since its start. */
    static Duration cpu(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow();
    }

    /** Time that all processors together have worked, for whichever process, since the machine started. */
    static long busyNanos() {
        try (var lines = Files.lines(Path.of("/proc/stat"))) {
            String[] ticks = lines.findFirst().orElseThrow().split(" +");
            // user, nice, system, irq, softirq, in hundredths of a second; the others are idle or another machine's.
            return IntStream.of(1, 2, 3, 6, 7)
                            .mapToLong(column -> Long.parseLong(ticks[column]))
                            .sum()
                    * 10_000_000;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String status(long pid, String name) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.substring(name.length()).trim().split(" ")[0])
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
