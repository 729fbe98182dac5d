package io.onlyonce.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Time on the clock and time of the processor in this process. */
record Stopwatch(long nanos, long cpuNanos) {

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    static Stopwatch start() {
        return new Stopwatch(System.nanoTime(), SYSTEM.getProcessCpuTime());
    }

    /** Both since the start. */
    Stopwatch elapsed() {
        return new Stopwatch(System.nanoTime() - nanos, SYSTEM.getProcessCpuTime() - cpuNanos);
    }
}
