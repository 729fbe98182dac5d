package io.onlyonce.autoconfigure;

import io.onlyonce.autoconfigure.OnlyoncePropertiesException.Problem;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/** Shows each property that cannot work with its value as written, where it is written, and what to do. Goes before Boot's own analyzer, which knows the exception around ours. */
final class OnlyoncePropertiesFailureAnalyzer extends AbstractFailureAnalyzer<OnlyoncePropertiesException>
        implements Ordered {

    private final Environment environment;

    OnlyoncePropertiesFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    public int getOrder() {
        return 0;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, OnlyoncePropertiesException cause) {
        String description = cause.problems().stream()
                .map(this::describe)
                .collect(Collectors.joining(
                        "%n%n".formatted(), "Onlyonce cannot work with these properties:%n%n".formatted(), ""));
        String action = cause.problems().stream()
                .map(problem -> "%s: %s".formatted(problem.property(), problem.remedy()))
                .collect(Collectors.joining("%n".formatted()));
        return new FailureAnalysis(description, action, cause);
    }

    private String describe(Problem problem) {
        var text = new StringBuilder("    Property: %s".formatted(problem.property()));
        var property = find(problem.property());
        Object value = property == null || problem.redacted() ? problem.value() : property.getValue();
        if (!"".equals(value)) {
            text.append("%n    Value: \"%s\"".formatted(value));
        }
        if (property != null) {
            text.append("%n    Origin: %s".formatted(property.getOrigin()));
        }
        return text.append("%n    Reason: %s".formatted(problem.reason())).toString();
    }

    private @Nullable ConfigurationProperty find(String name) {
        if (environment instanceof ConfigurableEnvironment configurable && ConfigurationPropertyName.isValid(name)) {
            var configurationName = ConfigurationPropertyName.of(name);
            for (ConfigurationPropertySource source :
                    ConfigurationPropertySources.from(configurable.getPropertySources())) {
                var property = source.getConfigurationProperty(configurationName);
                if (property != null) {
                    return property;
                }
            }
        }
        return null;
    }
}
