package io.onlyonce.autoconfigure;

import io.onlyonce.autoconfigure.OnlyoncePropertiesException.Problem;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Name of the consumer: {@code onlyonce.consumer}, or else the application's name.
 *
 * @param value name
 */
record ConsumerName(String value) {

    private static final String PROPERTY = "onlyonce.consumer";
    private static final String FALLBACK = "spring.application.name";

    ConsumerName {
        if (value.isBlank()) {
            throw new OnlyoncePropertiesException(new Problem(
                    PROPERTY,
                    "",
                    "is not set, and neither is " + FALLBACK,
                    "Set either; checkpoints and ledger entries are kept under this name, so keep it once chosen."));
        }
        if (value.indexOf('#') >= 0) {
            throw new OnlyoncePropertiesException(new Problem(
                    PROPERTY, value, "holds the character that separates it from a table's name", "Leave '#' out."));
        }
    }

    static ConsumerName of(OnlyonceProperties properties, Environment environment) {
        String configured = properties.consumer();
        return new ConsumerName(
                StringUtils.hasText(configured)
                        ? configured.strip()
                        : environment.getProperty(FALLBACK, "").strip());
    }
}
