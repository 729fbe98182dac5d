package io.onlyonce.autoconfigure;

import io.onlyonce.engine.StreamNotReadableException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains why a configured table cannot be consumed. */
final class StreamNotReadableFailureAnalyzer extends AbstractFailureAnalyzer<StreamNotReadableException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, StreamNotReadableException cause) {
        Throwable answer = cause.getCause();
        String description = "Table '%s', configured by '%s', cannot be consumed: %s."
                .formatted(cause.table(), cause.property(), cause.description());
        return new FailureAnalysis(
                answer == null ? description : description + "\n\nAWS said: " + answer.getMessage(),
                capitalize(cause.remedy()) + ".",
                cause);
    }

    private static String capitalize(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
