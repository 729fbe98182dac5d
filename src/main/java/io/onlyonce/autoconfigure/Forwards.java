package io.onlyonce.autoconfigure;

import io.onlyonce.forward.Forward;
import io.onlyonce.forward.LogTarget;
import io.onlyonce.publication.ItemListeners;
import java.util.Objects;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ConfigurableApplicationContext;

/** Makes the configured forwards and puts them on the event bus beside the application's own listeners. */
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
            // Both were checked when the properties were bound.
            var table = Objects.requireNonNull(settings.table());
            var level = Objects.requireNonNull(settings.log());
            var forward = new Forward(name, table, new LogTarget(name, level));
            listeners.register(forward);
            context.addApplicationListener(forward);
        });
    }
}
