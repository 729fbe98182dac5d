package io.onlyonce.autoconfigure;

import io.onlyonce.publication.InvalidItemListenerException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains why a listener for new items cannot do its work. */
final class ItemListenerFailureAnalyzer extends AbstractFailureAnalyzer<InvalidItemListenerException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidItemListenerException cause) {
        return new FailureAnalysis(cause.problem() + ".", cause.remedy() + ".", cause);
    }
}
