package io.onlyonce.publication;

import java.io.PrintWriter;
import java.io.Writer;

/** Failures that can be told: an exception whose own message cannot be read must not keep its record from ending. */
final class ReadableFailure {

    private ReadableFailure() {}

    /** The failure itself or, where it or one of its causes throws when it is asked, another one that names its class and has its stack trace. */
    static Throwable of(Throwable failure) {
        try {
            failure.printStackTrace(new PrintWriter(Writer.nullWriter()));
            return failure;
        } catch (RuntimeException | Error unreadable) {
            var readable = new IllegalStateException(failure.getClass().getName() + ", whose message cannot be read");
            readable.setStackTrace(failure.getStackTrace());
            return readable;
        }
    }
}
