package io.onlyonce.bench;

/** A way to consume a stream. */
interface Contestant {

    String name();

    /** Consumes the first {@code records} new items of a table whose stream holds at least as many, with books of its own, and returns when the last one is done. */
    Finish consume(SourceTable source, int records, Place place);

    /**
     * How it went.
     *
     * @param records records that were handled
     * @param time from asking for the first page to the end of the last record
     */
    record Finish(int records, Stopwatch time) {

        static Finish now(int records, Place place) {
            return new Finish(records, place.meter().sinceFirstRead().elapsed());
        }

        double perSecond() {
            return records * 1e9 / time.nanos();
        }

        double cpuMicrosPerRecord() {
            return time.cpuNanos() / 1000.0 / records;
        }
    }
}
