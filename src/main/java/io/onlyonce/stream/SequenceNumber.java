package io.onlyonce.stream;

/**
 * Sequence number of a stream record: a string of 21 to 40 digits (API reference, <a
 * href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html">StreamRecord</a>). Its order is numeric,
 * and has a meaning within one shard and its descendants only.
 *
 * @param digits digits as AWS wrote them, leading zeros included, because the API wants them back unchanged
 */
public record SequenceNumber(String digits) implements Comparable<SequenceNumber> {

    public SequenceNumber {
        if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("Sequence number must consist of digits, but was '" + digits + "'");
        }
    }

    @Override
    public int compareTo(SequenceNumber other) {
        int start = firstSignificant(digits);
        int otherStart = firstSignificant(other.digits);
        int byLength = Integer.compare(digits.length() - start, other.digits.length() - otherStart);
        return byLength != 0 ? byLength : digits.substring(start).compareTo(other.digits.substring(otherStart));
    }

    /** Whether this number comes after {@code other}. */
    public boolean isAfter(SequenceNumber other) {
        return compareTo(other) > 0;
    }

    private static int firstSignificant(String digits) {
        int index = 0;
        while (index < digits.length() - 1 && digits.charAt(index) == '0') {
            index++;
        }
        return index;
    }

    @Override
    public String toString() {
        return digits;
    }
}
