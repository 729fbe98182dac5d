package io.onlyonce.bench;

/** Reads and does nothing else: the limit of reading. */
final class BareLoop implements Contestant {

    @Override
    public String name() {
        return "bare SDK loop, no ledger";
    }

    @Override
    public Finish consume(SourceTable source, int records, Place place) {
        try (var streams = place.streams()) {
            var pages = new Pages(streams, source);
            int read = 0;
            while (read < records) {
                read += pages.next().size();
            }
            return Finish.now(read, place);
        }
    }
}
