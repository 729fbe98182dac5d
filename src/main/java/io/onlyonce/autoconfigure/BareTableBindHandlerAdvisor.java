package io.onlyonce.autoconfigure;

import io.onlyonce.autoconfigure.OnlyonceProperties.Stream;
import io.onlyonce.autoconfigure.OnlyoncePropertiesException.Problem;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.core.convert.ConverterNotFoundException;

/**
 * Lets a table be named without a setting: {@code onlyonce.streams.orders=} in a properties file or, as {@code ONLYONCE_STREAMS_ORDERS=}, in the environment, and {@code orders:} in YAML. A converter
 * from text would do as well, but would hide the settings that another property source adds.
 */
final class BareTableBindHandlerAdvisor implements ConfigurationPropertiesBindHandlerAdvisor {

    private static final ConfigurationPropertyName STREAMS = ConfigurationPropertyName.of("onlyonce.streams");

    @Override
    public BindHandler apply(BindHandler bindHandler) {
        return new BareTableBindHandler(bindHandler);
    }

    private static final class BareTableBindHandler extends AbstractBindHandler {

        private final BindHandler parent;

        BareTableBindHandler(BindHandler parent) {
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
            return super.onFailure(name, target, context, error);
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
