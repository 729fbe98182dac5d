package io.onlyonce.backfill;

/**
 * How the items of a backfill have ended.
 *
 * @param delivered every listener has completed
 * @param duplicates handled before, or by the stream meanwhile
 * @param quarantined set aside
 */
record Tally(long delivered, long duplicates, long quarantined) {

    static final Tally NONE = new Tally(0, 0, 0);

    Tally plus(Tally other) {
        return new Tally(delivered + other.delivered, duplicates + other.duplicates, quarantined + other.quarantined);
    }

    Tally minus(Tally other) {
        return new Tally(delivered - other.delivered, duplicates - other.duplicates, quarantined - other.quarantined);
    }

    long total() {
        return delivered + duplicates + quarantined;
    }
}
