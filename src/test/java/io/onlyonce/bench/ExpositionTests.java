package io.onlyonce.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExpositionTests {

    private final Exposition exposition = new Exposition(
            """
            # HELP jvm_memory_used_bytes The amount of used memory
            # TYPE jvm_memory_used_bytes gauge
            jvm_memory_used_bytes{area="heap",id="G1 Eden Space"} 1.0
            jvm_memory_used_bytes{area="heap",id="G1 Old Gen"} 2.5E3
            jvm_memory_used_bytes{area="nonheap",id="heap"} 4.0
            jvm_memory_used_bytes_total{area="heap"} 8.0
            up 1.0
            """);

    @Test
    void sumsTheSamplesWithTheLabels() {
        assertThat(exposition.sum("jvm_memory_used_bytes", "area=\"heap\"")).isEqualTo(2501);
        assertThat(exposition.sum("jvm_memory_used_bytes", "area=\"heap\"", "id=\"G1 Eden Space\""))
                .isEqualTo(1);
        assertThat(exposition.sum("up")).isEqualTo(1);
    }

    @Test
    void isZeroForWhatIsNotThere() {
        assertThat(exposition.sum("jvm_memory_used_bytes", "area=\"eap\"")).isZero();
        assertThat(exposition.sum("up", "area=\"heap\"")).isZero();
    }
}
