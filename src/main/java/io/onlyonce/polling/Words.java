package io.onlyonce.polling;

import io.onlyonce.stream.Position;

/** Positions in the words of the API. */
final class Words {

    private Words() {}

    static String of(Position position) {
        if (position instanceof Position.After after) {
            return after.sequenceNumber().digits();
        }
        if (position instanceof Position.Latest) {
            return "LATEST";
        }
        return position instanceof Position.ShardEnd ? "SHARD_END" : "TRIM_HORIZON";
    }
}
