package io.onlyonce.autoconfigure;

import io.onlyonce.publication.NoItemListenerException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains that nobody would handle the items of a table. */
final class NoItemListenerFailureAnalyzer extends AbstractFailureAnalyzer<NoItemListenerException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, NoItemListenerException cause) {
        String table = cause.tables().iterator().next();
        return new FailureAnalysis(
                cause.getMessage() + ", so its new items would be lost.",
                """
                Either write a listener in a bean of the application:

                    @EventListener
                    void on(ItemInserted<...> event)

                or configure one that ships with Onlyonce, for example:

                    onlyonce.forward.audit.table=%s
                    onlyonce.forward.audit.log=info"""
                        .formatted(table),
                cause);
    }
}
