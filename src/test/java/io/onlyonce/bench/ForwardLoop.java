package io.onlyonce.bench;

import software.amazon.awssdk.services.dynamodb.model.Record;

/** Reads, sends one item after the other to an outlet, and forgets at once what it has sent. */
final class ForwardLoop implements Contestant {

    private final Outlet outlet;

    ForwardLoop(Outlet outlet) {
        this.outlet = outlet;
    }

    @Override
    public String name() {
        return "loop";
    }

    @Override
    public Finish consume(SourceTable source, int records, Place place) {
        try (var streams = place.streams()) {
            var pages = new Pages(streams, source);
            int sent = 0;
            while (true) {
                for (Record record : pages.next()) {
                    outlet.send(record.dynamodb().newImage());
                    if (++sent == records) {
                        return Finish.now(sent, place);
                    }
                }
            }
        }
    }
}
