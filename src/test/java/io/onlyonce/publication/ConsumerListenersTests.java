package io.onlyonce.publication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsumerListenersTests {

    @Test
    void oneThatThrowsKeepsNothingFromTheOthers() {
        var told = new ArrayList<String>();
        var listeners = new ConsumerListeners(List.of(
                new ConsumerListener() {
                    @Override
                    public void retryScheduled(String table, String name) {
                        throw new NoClassDefFoundError("io/example/Missing");
                    }
                },
                new ConsumerListener() {
                    @Override
                    public void retryScheduled(String table, String name) {
                        told.add(table + " " + name);
                    }
                }));

        listeners.retryScheduled("orders", "Shipping.on");

        assertThat(told).containsExactly("orders Shipping.on");
    }
}
