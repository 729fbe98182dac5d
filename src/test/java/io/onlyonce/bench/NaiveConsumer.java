package io.onlyonce.bench;

import java.util.function.Consumer;
import software.amazon.awssdk.services.dynamodb.model.Record;

/** The loop with a {@link NaiveLedger}: what people write by hand. */
final class NaiveConsumer implements Contestant {

    private final Consumer<Record> handler;

    /** Its handler does nothing. */
    NaiveConsumer() {
        this(record -> {});
    }

    NaiveConsumer(Consumer<Record> handler) {
        this.handler = handler;
    }

    @Override
    public String name() {
        return "naive idempotent loop";
    }

    @Override
    public Finish consume(SourceTable source, int records, Place place) {
        try (var streams = place.streams();
                var dynamoDb = place.dynamoDb()) {
            var ledger = new NaiveLedger(dynamoDb);
            var pages = new Pages(streams, source);
            int handled = 0;
            while (true) {
                for (Record record : pages.next()) {
                    ledger.handle(record.eventID(), () -> handler.accept(record));
                    if (++handled == records) {
                        ledger.checkpoint(record.dynamodb().sequenceNumber());
                        return Finish.now(handled, place);
                    }
                }
            }
        }
    }
}
