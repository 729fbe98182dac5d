package io.onlyonce.ledger;

/**
 * Names one attempt to deliver a record. Every change of who holds an entry changes its token, so that a conditional write that names the token expects exactly one holder.
 *
 * @param process identifier of the process, unique per start
 * @param number unique within the process
 */
public record ClaimToken(String process, long number) {

    /** Reads what {@link #toString()} wrote. */
    public static ClaimToken parse(String text) {
        int separator = text.lastIndexOf('/');
        return new ClaimToken(text.substring(0, separator), Long.parseLong(text.substring(separator + 1)));
    }

    @Override
    public String toString() {
        return process + "/" + number;
    }
}
