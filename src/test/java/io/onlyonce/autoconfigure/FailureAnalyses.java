package io.onlyonce.autoconfigure;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** What an application that fails to start would print. */
final class FailureAnalyses {

    private FailureAnalyses() {}

    /** The first analysis that a registered analyzer makes, in their order. */
    static FailureAnalysis of(Throwable failure) {
        return of(failure, new StandardEnvironment());
    }

    static FailureAnalysis of(Throwable failure, Environment environment) {
        var arguments = SpringFactoriesLoader.ArgumentResolver.of(Environment.class, environment);
        return SpringFactoriesLoader.forDefaultResourceLocation()
                .load(
                        FailureAnalyzer.class,
                        arguments,
                        SpringFactoriesLoader.FailureHandler.handleMessage((m, e) -> {}))
                .stream()
                .map(analyzer -> analyzer.analyze(failure))
                .filter(java.util.Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> new AssertionError("Nobody knows this failure", failure));
    }
}
