package io.onlyonce.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.LocalDynamoDb;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;

/** Keeps the benchmarks from rotting; measures nothing. */
class BenchTests {

    private static final int RECORDS = 60;

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final SourceTable source = SourceTable.create(local.client(), RECORDS);

    static Stream<Contestant> contestants() {
        return Stream.of(
                new OnlyonceConsumer("Onlyonce"),
                OnlyonceConsumer.over("Onlyonce over CRT", AwsCrtHttpClient::builder),
                new MemoryConsumer(2, () -> {}),
                new BatchedLoop(2),
                new NaiveConsumer(),
                new BareLoop());
    }

    @ParameterizedTest
    @MethodSource("contestants")
    void contestantHandlesTheRecords(Contestant contestant) {
        var finish = contestant.consume(source, RECORDS, Place.at(local.endpoint()));
        assertThat(finish.records()).isEqualTo(RECORDS);
        assertThat(finish.perSecond()).isPositive();
    }

    static Stream<Outlet> outlets() {
        return Stream.of(new SqsOutlet(Duration.ofMillis(1)), new HttpOutlet(Duration.ofMillis(1)));
    }

    @ParameterizedTest
    @MethodSource("outlets")
    void itemsAreForwarded(Outlet outlet) {
        for (var forwarding :
                List.of(Forwarding.loop(outlet), Forwarding.naive(outlet), Forwarding.onlyonce(outlet, 8))) {
            var finish = forwarding.consume(source, RECORDS, Place.at(local.endpoint()));
            assertThat(finish.records()).isEqualTo(RECORDS);
            assertThat(outlet.arrived()).isEqualTo(RECORDS);
            assertThat(forwarding.callsPerThousand()).isBetween(100.0, 1100.0);
        }
    }

    @Test
    void costIsCountedByOperation() {
        var meter = CallMeter.ofCallsAndUnits();
        new NaiveConsumer().consume(source, RECORDS, new Place(local.endpoint(), meter));
        var cost = Cost.of(meter, RECORDS);
        assertThat(cost.calls().get("UpdateItem")).isEqualTo(1000);
        // Two writes for each item, and one checkpoint.
        assertThat(cost.writeUnits()).isEqualTo(1000.0 * (2 * RECORDS + 1) / RECORDS);
    }
}
