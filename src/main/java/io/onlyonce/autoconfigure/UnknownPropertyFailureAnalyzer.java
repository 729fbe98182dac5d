package io.onlyonce.autoconfigure;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;

/**
 * Names each property under {@code onlyonce} that does not exist, where it is written, and the one that was probably meant. Its value is not shown: it may be a secret. Goes before Boot's own analyzer,
 * which knows the exception as well.
 */
final class UnknownPropertyFailureAnalyzer extends AbstractFailureAnalyzer<UnboundConfigurationPropertiesException>
        implements Ordered {

    private static final ConfigurationPropertyName STREAMS = ConfigurationPropertyName.of("onlyonce.streams");

    @Override
    public int getOrder() {
        return 0;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, UnboundConfigurationPropertiesException cause) {
        List<ConfigurationProperty> unknown = cause.getUnboundProperties().stream()
                .filter(property -> KnownProperties.concerns(property.getName()))
                .toList();
        if (unknown.isEmpty()) {
            return null;
        }
        String description = unknown.stream()
                .map(property -> "    Property: %s%n    Origin: %s".formatted(property.getName(), property.getOrigin()))
                .collect(Collectors.joining(
                        "%n%n".formatted(), "Onlyonce does not know these properties:%n%n".formatted(), ""));
        String action = unknown.stream()
                .map(property -> "%s: %s".formatted(property.getName(), remedy(property.getName())))
                .collect(Collectors.joining("%n".formatted()));
        return new FailureAnalysis(description, action, cause);
    }

    private static String remedy(ConfigurationPropertyName name) {
        var nearest = KnownProperties.nearest(name);
        if (KnownProperties.isKnown(name)) {
            // An empty text is no value to Boot where a number or one of a few is wanted.
            return "It has no value. Give it one or remove it.";
        }
        if (name.isLastElementIndexed() && KnownProperties.isKnown(name.getParent())) {
            return "It is written as a list. Put a text that begins with a bracket in quotes, such as \"['order-id']\".";
        }
        if (nearest.isPresent()) {
            return "Did you mean %s? Correct or remove it.".formatted(nearest.get());
        }
        if (STREAMS.isAncestorOf(name) && name.getNumberOfElements() > 4) {
            return "If the table's name holds a dot, write it in brackets: onlyonce.streams[%s].%s."
                    .formatted(table(name), name.getLastElement(Form.ORIGINAL));
        }
        return "Remove it. %s.".formatted(KnownProperties.siblings(name));
    }

    private static String table(ConfigurationPropertyName name) {
        return name.chop(name.getNumberOfElements() - 1)
                .toString()
                .substring(STREAMS.toString().length() + 1);
    }
}
