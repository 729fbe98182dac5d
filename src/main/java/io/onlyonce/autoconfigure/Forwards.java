package io.onlyonce.autoconfigure;

import io.onlyonce.ItemInserted;
import io.onlyonce.forward.Forward;
import io.onlyonce.forward.HttpSettings;
import io.onlyonce.forward.HttpTarget;
import io.onlyonce.forward.ItemFilter;
import io.onlyonce.forward.LogTarget;
import io.onlyonce.forward.WebhookSecret;
import io.onlyonce.publication.ItemListeners;
import java.net.URI;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ConfigurableApplicationContext;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Makes the configured forwards and puts them on the event bus beside the application's own listeners. What they need was checked when the properties were bound. */
final class Forwards implements SmartInitializingSingleton {

    private final OnlyonceProperties properties;
    private final ItemListeners listeners;
    private final ConfigurableApplicationContext context;

    Forwards(OnlyonceProperties properties, ItemListeners listeners, ConfigurableApplicationContext context) {
        this.properties = properties;
        this.listeners = listeners;
        this.context = context;
    }

    @Override
    public void afterSingletonsInstantiated() {
        properties.forward().forEach((name, settings) -> {
            String table = Objects.requireNonNull(settings.table());
            ItemFilter filter = settings.filter() == null ? null : new ItemFilter(settings.filter());
            var forward = new Forward(name, table, filter, target(name, table, settings));
            listeners.register(forward);
            context.addApplicationListener(forward);
        });
    }

    private Consumer<ItemInserted<Map<String, AttributeValue>>> target(
            String name, String table, OnlyonceProperties.Forward settings) {
        return settings.http() == null
                ? new LogTarget(name, Objects.requireNonNull(settings.log()))
                : new HttpTarget(name, source(table), httpSettings(settings.http()), Clock.systemUTC());
    }

    private HttpSettings httpSettings(OnlyonceProperties.Http http) {
        return new HttpSettings(
                URI.create(Objects.requireNonNull(http.url())),
                http.headers(),
                http.timeout(),
                http.secret() == null ? null : WebhookSecret.parse(http.secret()),
                http.alreadyProcessed(),
                http.mode(),
                properties.delivery().maxBackoff());
    }

    /** Records do not say which stream they come from: it is known where it is configured. */
    private URI source(String table) {
        var stream = properties.streams().get(table);
        return URI.create(
                stream == null || stream.streamArn() == null ? "urn:onlyonce:table:" + table : stream.streamArn());
    }
}
