package io.onlyonce.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.boot.json.JsonParserFactory;

/** What an editor shows to somebody who writes the configuration. */
class OnlyoncePropertiesMetadataTests {

    private final List<Map<String, Object>> properties = readProperties();

    @Test
    void everyPropertyHasADescriptionInTheStyleOfSpringBoot() {
        assertThat(properties).isNotEmpty().allSatisfy(property -> assertThat(property.get("description"))
                .as("description of %s", property.get("name"))
                .asString()
                .matches("(?s)[A-Z].*\\.")
                .doesNotMatch("(The|A|An) .*"));
    }

    @Test
    void everyDefaultIsInTheMetadata() {
        var defaults = new TreeMap<String, Object>();
        properties.stream()
                .filter(property -> String.valueOf(property.get("name")).startsWith("onlyonce."))
                .forEach(property -> defaults.put((String) property.get("name"), property.get("defaultValue")));
        assertThat(defaults)
                .containsOnly(
                        entry("onlyonce.consumer", "${spring.application.name}"),
                        entry("onlyonce.engine", "polling"),
                        entry("onlyonce.enabled", true),
                        entry("onlyonce.streams", null),
                        entry("onlyonce.polling.page-size", 1000),
                        entry("onlyonce.polling.min-delay", "100ms"),
                        entry("onlyonce.polling.max-delay", "1s"),
                        entry("onlyonce.polling.lease-duration", "10s"),
                        entry("onlyonce.delivery.concurrency", 1),
                        entry("onlyonce.delivery.max-attempts", 5),
                        entry("onlyonce.delivery.initial-backoff", "200ms"),
                        entry("onlyonce.delivery.max-backoff", "30s"),
                        entry("onlyonce.delivery.patience", "15m"),
                        entry("onlyonce.delivery.fatal-exceptions", null),
                        entry("onlyonce.delivery.on-gap", "continue"),
                        entry("onlyonce.ledger.retention", "7d"),
                        entry("onlyonce.ledger.claim-timeout", "60s"),
                        entry("onlyonce.backfill.rate", 1000),
                        entry("onlyonce.backfill.segments", 4),
                        entry("onlyonce.tables.prefix", "onlyonce"),
                        entry("onlyonce.tables.create", true),
                        entry("onlyonce.forward", null));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> readProperties() {
        // Many jars hold a file of this name: ours lies beside our classes.
        String classes = OnlyonceProperties.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString();
        try (var file = URI.create(classes + "META-INF/spring-configuration-metadata.json")
                .toURL()
                .openStream()) {
            var metadata =
                    JsonParserFactory.getJsonParser().parseMap(new String(file.readAllBytes(), StandardCharsets.UTF_8));
            return (List<Map<String, Object>>) metadata.get("properties");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
