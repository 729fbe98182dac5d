package io.onlyonce.autoconfigure;

import io.onlyonce.autoconfigure.OnlyonceProperties.Stream;
import io.onlyonce.autoconfigure.OnlyoncePropertiesException.Problem;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.core.convert.ConversionFailedException;
import org.springframework.core.convert.ConverterNotFoundException;

/**
 * What Boot's binding of {@link OnlyonceProperties} does not do by itself:
 *
 * <ul>
 *   <li>A table may be named without a setting: {@code onlyonce.streams.orders=} in a properties file or, as {@code ONLYONCE_STREAMS_ORDERS=}, in the environment, and {@code orders:} in YAML. A converter
 *       from text would do as well, but would hide the settings that another property source adds.
 *   <li>A value that is none of a few is refused with those as they are written, not as the constants are called; one in the place of further settings with these.
 *   <li>The rules are checked last, so that a name that does not exist is reported as such, and not as the lack of what it was to be.
 * </ul>
 */
final class OnlyoncePropertiesBindHandlerAdvisor implements ConfigurationPropertiesBindHandlerAdvisor {

    private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("onlyonce");
    private static final ConfigurationPropertyName STREAMS = ROOT.append("streams");

    @Override
    public BindHandler apply(BindHandler bindHandler) {
        return new OnlyonceBindHandler(bindHandler);
    }

    private static final class OnlyonceBindHandler extends AbstractBindHandler {

        private final BindHandler parent;

        OnlyonceBindHandler(BindHandler parent) {
            super(parent);
            this.parent = parent;
        }

        @Override
        public @Nullable Object onFailure(
                ConfigurationPropertyName name, Bindable<?> target, BindContext context, Exception error)
                throws Exception {
            if (STREAMS.isParentOf(name) && error instanceof ConverterNotFoundException) {
                Object value = valueOf(name, context);
                if (isEmpty(value)) {
                    return parent.onSuccess(name, target, context, Stream.DEFAULT);
                }
                throw new OnlyoncePropertiesException(new Problem(
                        name.toString(),
                        String.valueOf(value),
                        "has a value, but stands for a table",
                        "Set " + name + ".start-at, .stream-arn or .key, or leave the value empty."));
            }
            Class<?> type = target.getType().resolve();
            if (ROOT.isAncestorOf(name)
                    && error instanceof ConverterNotFoundException
                    && type != null
                    && type.isRecord()) {
                // The value may hold a secret, such as an address with a token.
                throw new OnlyoncePropertiesException(Problem.redacted(
                        name.toString(),
                        "",
                        "is written as one value, but stands for settings of its own",
                        KnownProperties.siblings(name.append("x")) + "."));
            }
            if (ROOT.isAncestorOf(name)
                    && error instanceof ConversionFailedException failed
                    && type != null
                    && type.isEnum()) {
                throw new OnlyoncePropertiesException(new Problem(
                        name.toString(),
                        String.valueOf(failed.getValue()),
                        "is none of the values that there are",
                        "Use one of " + written(type.getEnumConstants()) + "."));
            }
            return super.onFailure(name, target, context, error);
        }

        @Override
        public void onFinish(
                ConfigurationPropertyName name, Bindable<?> target, BindContext context, @Nullable Object result)
                throws Exception {
            super.onFinish(name, target, context, result);
            if (result instanceof OnlyonceProperties properties) {
                OnlyoncePropertiesRules.check(properties);
            }
        }

        private static String written(Object[] constants) {
            return Arrays.stream(constants)
                    .map(constant ->
                            ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .collect(Collectors.joining(", "));
        }

        private static boolean isEmpty(@Nullable Object value) {
            return (value instanceof CharSequence text && text.toString().isBlank())
                    || (value instanceof Map<?, ?> map && map.isEmpty());
        }

        private static @Nullable Object valueOf(ConfigurationPropertyName name, BindContext context) {
            for (ConfigurationPropertySource source : context.getSources()) {
                var property = source.getConfigurationProperty(name);
                if (property != null) {
                    return property.getValue();
                }
            }
            return null;
        }
    }
}
