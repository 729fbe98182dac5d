package io.onlyonce.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * Time on the clock, time of the processor in this process, and time of all processors in all processes.
 *
 * @param nanos on the clock
 * @param cpuNanos of this process
 * @param busyNanos of the machine, to a hundredth of a second
 */
record Stopwatch(long nanos, long cpuNanos, long busyNanos) {

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    static Stopwatch start() {
        return new Stopwatch(System.nanoTime(), SYSTEM.getProcessCpuTime(), ProcessFigures.busyNanos());
    }

    /** All since the start. */
    Stopwatch elapsed() {
        var now = start();
        return new Stopwatch(now.nanos - nanos, now.cpuNanos - cpuNanos, now.busyNanos - busyNanos);
    }

    /** Share of the machine's processors that were busy. */
    double busyShare() {
        return busyNanos / ((double) nanos * Runtime.getRuntime().availableProcessors());
    }
}
