package io.onlyonce.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class GcLogTests {

    private final GcLog log = new GcLog(
            """
            [0.010s][info][gc] Using G1
            [1.200s][info][gc] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 130M->40M(256M) 5.250ms
            [2.000s][info][gc] GC(1) Concurrent Mark Cycle
            [2.100s][info][gc] GC(1) Pause Remark 100M->99M(256M) 1.750ms
            [2.200s][info][gc] GC(1) Concurrent Mark Cycle 55.500ms
            [3.000s][info][gc] GC(2) Pause Full (System.gc()) 120M->512K(256M) 3.000ms
            """);

    @Test
    void findsTheHighestHeapAfterACollection() {
        assertThat(log.highestAfter()).isEqualTo(40);
        assertThat(new GcLog("GC(2) Pause Full (System.gc()) 1M->512K(256M) 3.000ms").highestAfter())
                .isEqualTo(0.5);
        assertThat(new GcLog("").highestAfter()).isZero();
    }

    @Test
    void addsThePauses() {
        assertThat(log.pausesSeconds()).isEqualTo(0.01, within(1e-9));
    }
}
