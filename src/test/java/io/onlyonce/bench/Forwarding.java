package io.onlyonce.bench;

import java.util.function.Function;
import java.util.stream.Stream;

/** A contestant that sends each item to an outlet. It counts the calls, and fails if an item has not arrived. */
final class Forwarding implements Contestant {

    private final String name;
    private final Outlet outlet;
    private final Function<SourceTable, Contestant> sender;
    private long items;
    private long calls;

    private Forwarding(String name, Outlet outlet, Function<SourceTable, Contestant> sender) {
        this.name = name;
        this.outlet = outlet;
        this.sender = sender;
    }

    /** A {@link ForwardLoop}. */
    static Forwarding loop(Outlet outlet) {
        return new Forwarding("loop, one at a time, no ledger", outlet, source -> new ForwardLoop(outlet));
    }

    /** A {@link NaiveConsumer} whose handler sends. */
    static Forwarding naive(Outlet outlet) {
        return new Forwarding(
                "naive idempotent loop, one at a time",
                outlet,
                source -> new NaiveConsumer(
                        record -> outlet.send(record.dynamodb().newImage())));
    }

    /** The service with nothing but a forward. */
    static Forwarding onlyonce(Outlet outlet, int concurrency) {
        String name = "**Onlyonce**, concurrency " + concurrency;
        String forward = "onlyonce.forward.bench";
        return new Forwarding(
                name,
                outlet,
                source -> new OnlyonceConsumer(
                        name,
                        Stream.concat(
                                        Stream.of(
                                                "--" + forward + ".table=" + source.name(),
                                                "--onlyonce.delivery.concurrency=" + concurrency),
                                        outlet.arguments(forward).stream())
                                .toArray(String[]::new)));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Finish consume(SourceTable source, int records, Place place) {
        outlet.clear();
        long callsBefore = outlet.calls();
        var finish = sender.apply(source).consume(source, records, place);
        long arrived = outlet.arrived();
        if (arrived < records) {
            throw new IllegalStateException("%s: %d of %d items have arrived".formatted(name, arrived, records));
        }
        items += arrived;
        calls += outlet.calls() - callsBefore;
        return finish;
    }

    /** Calls of the outlet for 1,000 items. */
    double callsPerThousand() {
        return calls * 1000.0 / items;
    }
}
