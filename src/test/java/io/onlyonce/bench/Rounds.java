package io.onlyonce.bench;

import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lets contestants take turns, forwards and backwards, so that what slows the machine down slows all of them down. The first turns of each only warm up. */
final class Rounds {

    private static final int WARM_UP = 2;

    private final SourceTable source;
    private final Map<Contestant, Integer> records = new LinkedHashMap<>();
    private final Map<Contestant, List<Double>> rates = new LinkedHashMap<>();
    private final Map<Contestant, List<Double>> cpuMicros = new LinkedHashMap<>();
    private final Map<Contestant, List<Double>> busyShares = new LinkedHashMap<>();

    Rounds(SourceTable source) {
        this.source = source;
    }

    /** Enters a contestant, which is to handle so many records each time. */
    Rounds enter(Contestant contestant, int recordsEachTime) {
        records.put(contestant, recordsEachTime);
        rates.put(contestant, new ArrayList<>());
        cpuMicros.put(contestant, new ArrayList<>());
        busyShares.put(contestant, new ArrayList<>());
        return this;
    }

    Rounds run(int rounds, URI endpoint) {
        for (int round = 0; round < WARM_UP + rounds; round++) {
            var order = new ArrayList<>(records.keySet());
            if (round % 2 == 1) {
                Collections.reverse(order);
            }
            for (Contestant contestant : order) {
                var finish = contestant.consume(source, records.get(contestant), Place.at(endpoint));
                if (round >= WARM_UP) {
                    rates.get(contestant).add(finish.perSecond());
                    cpuMicros.get(contestant).add(finish.cpuMicrosPerRecord());
                    busyShares.get(contestant).add(finish.time().busyShare());
                }
            }
        }
        return this;
    }

    List<Contestant> contestants() {
        return List.copyOf(records.keySet());
    }

    double perSecond(Contestant contestant) {
        return median(rates.get(contestant));
    }

    /** The lowest and the highest rate. */
    String range(Contestant contestant) {
        return "%,.0f to %,.0f"
                .formatted(Collections.min(rates.get(contestant)), Collections.max(rates.get(contestant)));
    }

    /** Share of the machine's processors that were busy, the database's work included. */
    double busyShare(Contestant contestant) {
        return median(busyShares.get(contestant));
    }

    /** Median of the ratios within a round. */
    double ratio(Contestant one, Contestant other) {
        var ratios = new ArrayList<Double>();
        for (int i = 0; i < rates.get(one).size(); i++) {
            ratios.add(rates.get(one).get(i) / rates.get(other).get(i));
        }
        return median(ratios);
    }

    /** Time of the processor for each record, in microseconds, that of the database not counted. */
    double cpuMicros(Contestant contestant) {
        return median(cpuMicros.get(contestant));
    }

    static double median(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
