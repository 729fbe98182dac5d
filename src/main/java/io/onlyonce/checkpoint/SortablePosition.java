package io.onlyonce.checkpoint;

import io.onlyonce.stream.Position;
import io.onlyonce.stream.SequenceNumber;

/** Positions as strings whose order is that of the positions, so that a condition of DynamoDB can compare them. */
final class SortablePosition {

    static final String START = "0";
    static final String END = "2";

    private static final String RECORD_PREFIX = "1:";

    /** Longest sequence number by the API reference. */
    private static final int DIGITS = 40;

    private SortablePosition() {}

    static String of(Position position) {
        if (position instanceof Position.After after) {
            return RECORD_PREFIX + padded(after.sequenceNumber());
        }
        return position instanceof Position.ShardEnd ? END : START;
    }

    static boolean isRecord(String sortable) {
        return sortable.startsWith(RECORD_PREFIX);
    }

    private static String padded(SequenceNumber sequenceNumber) {
        String digits = sequenceNumber.digits();
        int excess = digits.length() - DIGITS;
        if (excess <= 0) {
            return "0".repeat(-excess) + digits;
        }
        // A longer one would sort wrongly, unless what is too much are zeros.
        if (!digits.substring(0, excess).chars().allMatch(digit -> digit == '0')) {
            throw new IllegalArgumentException("Sequence number of more than 40 digits: " + digits);
        }
        return digits.substring(excess);
    }
}
