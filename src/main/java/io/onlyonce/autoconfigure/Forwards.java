package io.onlyonce.autoconfigure;

import io.onlyonce.ItemInserted;
import io.onlyonce.autoconfigure.OnlyoncePropertiesException.Problem;
import io.onlyonce.forward.Forward;
import io.onlyonce.forward.HttpSettings;
import io.onlyonce.forward.HttpTarget;
import io.onlyonce.forward.ItemFilter;
import io.onlyonce.forward.LogTarget;
import io.onlyonce.forward.WebhookSecret;
import io.onlyonce.publication.ItemListeners;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ConfigurableApplicationContext;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Makes the configured forwards and puts them on the event bus beside the application's own listeners. What they need was checked when the properties were bound. */
final class Forwards implements SmartInitializingSingleton {

    private static final Duration LONGEST_AWS_CALL = Duration.ofSeconds(10);

    private final OnlyonceProperties properties;
    private final ItemListeners listeners;
    private final ConfigurableApplicationContext context;
    private final List<AwsTarget> awsTargets;

    Forwards(
            OnlyonceProperties properties,
            ItemListeners listeners,
            ConfigurableApplicationContext context,
            List<AwsTarget> awsTargets) {
        this.properties = properties;
        this.listeners = listeners;
        this.context = context;
        this.awsTargets = awsTargets;
    }

    @Override
    public void afterSingletonsInstantiated() {
        properties.forward().forEach((name, settings) -> {
            String table = Objects.requireNonNull(settings.table());
            ItemFilter filter = settings.filter() == null ? null : new ItemFilter(settings.filter());
            var forward = new Forward(name, table, filter, target(name, settings));
            listeners.register(forward);
            context.addApplicationListener(forward);
        });
    }

    private Consumer<ItemInserted<Map<String, AttributeValue>>> target(
            String name, OnlyonceProperties.Forward settings) {
        if (settings.log() != null) {
            return new LogTarget(name, settings.log());
        }
        if (settings.http() != null) {
            return new HttpTarget(name, httpSettings(settings.http()), Clock.systemUTC());
        }
        String kind = settings.sqs() != null ? "sqs" : settings.sns() != null ? "sns" : "event-bridge";
        return awsTargets.stream()
                .filter(target -> target.property().equals(kind))
                .findFirst()
                .orElseThrow(() -> new OnlyoncePropertiesException(new Problem(
                        OnlyoncePropertiesRules.nameOf("onlyonce.forward", name) + "." + kind,
                        "",
                        "needs a client that is not on the class path",
                        "Add software.amazon.awssdk:" + kind.replace("-", "") + ".")))
                .factory()
                .make(new AwsTarget.Order(name, awsTimeout()), settings);
    }

    /** So short that the claim of a message which waits for a batch to end, then for its own, and is then sent alone, does not look abandoned meanwhile, even if it was half as old when that began. */
    private Duration awsTimeout() {
        Duration eighth = properties.ledger().claimTimeout().dividedBy(8);
        return eighth.compareTo(LONGEST_AWS_CALL) < 0 ? eighth : LONGEST_AWS_CALL;
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
}
