package io.onlyonce.publication;

import org.jspecify.annotations.Nullable;

/** A failure that no retry mends: the record is set aside at once. The message is logged, so it quotes neither the item nor what others say about it; both belong to the cause, which is kept with the record. */
public final class FatalFailureException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** A failure; where it was noticed says nothing, so it has no stack trace of its own. */
    public FatalFailureException(String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
    }

    /** A failure whose cause is what a receiver answered. */
    public static FatalFailureException answered(String message, String answer) {
        return new FatalFailureException(message, new Answer(answer));
    }

    /** What a receiver answered, which may quote the item. */
    static final class Answer extends Exception {

        private static final long serialVersionUID = 1L;

        private Answer(String text) {
            super(text, null, false, false);
        }
    }
}
