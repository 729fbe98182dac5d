package io.onlyonce.publication;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/** Logs failures of listeners: a listener's own with its stack trace, one of mapping or of an expression by its classes alone, because what a converter says may quote the item, and a fatal one with its own message only, because the answer of a receiver may as well. */
final class LoggedFailure {

    /** A chain of causes may be a circle. */
    private static final int LONGEST_CHAIN = 50;

    private LoggedFailure() {}

    static void log(Logger log, Level level, String text, Throwable failure) {
        List<Throwable> chain = chain(failure);
        if (chain.stream().anyMatch(LoggedFailure::mayQuoteTheItem)) {
            String classes = chain.stream()
                    .filter(link -> !(link instanceof FatalFailureException.Answer))
                    .map(LoggedFailure::withoutQuotes)
                    .collect(Collectors.joining(", caused by "));
            log.atLevel(level).log("{}: {}", text, classes);
        } else {
            log.atLevel(level).setCause(failure).log(text);
        }
    }

    private static boolean mayQuoteTheItem(Throwable failure) {
        return failure instanceof ItemMappingException
                || failure instanceof DeduplicationKeyException
                || failure instanceof FatalFailureException;
    }

    private static String withoutQuotes(Throwable failure) {
        return failure instanceof FatalFailureException
                ? failure.toString()
                : failure.getClass().getName();
    }

    private static List<Throwable> chain(Throwable failure) {
        List<Throwable> chain = new ArrayList<>();
        for (@Nullable Throwable next = failure; next != null && chain.size() < LONGEST_CHAIN; next = next.getCause()) {
            chain.add(next);
        }
        return chain;
    }
}
