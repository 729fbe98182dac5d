package io.onlyonce.bench;

import software.amazon.awssdk.services.dynamodb.model.Record;

/** Reads, and sends one item after the other to an outlet. */
final class ForwardLoop implements Contestant {

    private final Outlet outlet;
    private final boolean idempotent;

    /** With a {@link NaiveLedger} if idempotent. */
    ForwardLoop(Outlet outlet, boolean idempotent) {
        this.outlet = outlet;
        this.idempotent = idempotent;
    }

    @Override
    public String name() {
        return "loop";
    }

    @Override
    public Finish consume(SourceTable source, int records, Place place) {
        try (var streams = place.streams();
                var dynamoDb = place.dynamoDb()) {
            var ledger = idempotent ? new NaiveLedger(dynamoDb) : null;
            var pages = new Pages(streams, source);
            int sent = 0;
            while (true) {
                for (Record record : pages.next()) {
                    Runnable send = () -> outlet.send(record.dynamodb().newImage());
                    if (ledger == null) {
                        send.run();
                    } else {
                        ledger.handle(record.eventID(), send);
                    }
                    if (++sent == records) {
                        return Finish.now(sent, place);
                    }
                }
            }
        }
    }
}
