package io.onlyonce.autoconfigure;

import io.awspring.cloud.autoconfigure.AwsClientProperties;
import io.awspring.cloud.autoconfigure.AwsSyncClientCustomizer;
import io.awspring.cloud.autoconfigure.core.AwsClientBuilderConfigurer;
import io.awspring.cloud.autoconfigure.core.AwsConnectionDetails;
import io.onlyonce.forward.EventBridgeTarget;
import io.onlyonce.forward.SnsTarget;
import io.onlyonce.forward.SqsTarget;
import java.util.Objects;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Targets of AWS, each where its client is on the class path. Clients are set up as Spring Cloud AWS sets up its own, by {@code spring.cloud.aws} and, for one service alone, {@code spring.cloud.aws.sqs},
 * {@code .sns} or {@code .eventbridge}. One is made when a forward needs it, unless the application has one.
 */
final class AwsTargets {

    private AwsTargets() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(SqsClient.class)
    static final class Sqs {

        Sqs() {}

        @Bean
        @Lazy
        @ConditionalOnMissingBean
        SqsClient onlyonceSqsClient(
                AwsClientBuilderConfigurer configurer,
                Environment environment,
                ObjectProvider<AwsConnectionDetails> connectionDetails,
                ObjectProvider<AwsSyncClientCustomizer> customizers) {
            return configure("sqs", SqsClient.builder(), configurer, environment, connectionDetails, customizers)
                    .build();
        }

        @Bean
        AwsTarget onlyonceSqsTarget(ObjectProvider<SqsClient> clients) {
            return new AwsTarget(
                    "sqs",
                    (order, settings) -> new SqsTarget(
                            order.name(),
                            clients.getObject(),
                            Objects.requireNonNull(
                                    Objects.requireNonNull(settings.sqs()).queue()),
                            order.timeout()));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(SnsClient.class)
    static final class Sns {

        Sns() {}

        @Bean
        @Lazy
        @ConditionalOnMissingBean
        SnsClient onlyonceSnsClient(
                AwsClientBuilderConfigurer configurer,
                Environment environment,
                ObjectProvider<AwsConnectionDetails> connectionDetails,
                ObjectProvider<AwsSyncClientCustomizer> customizers) {
            return configure("sns", SnsClient.builder(), configurer, environment, connectionDetails, customizers)
                    .build();
        }

        @Bean
        AwsTarget onlyonceSnsTarget(ObjectProvider<SnsClient> clients) {
            return new AwsTarget(
                    "sns",
                    (order, settings) -> new SnsTarget(
                            order.name(),
                            clients.getObject(),
                            Objects.requireNonNull(
                                    Objects.requireNonNull(settings.sns()).topic()),
                            order.timeout()));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(EventBridgeClient.class)
    static final class EventBridge {

        EventBridge() {}

        @Bean
        @Lazy
        @ConditionalOnMissingBean
        EventBridgeClient onlyonceEventBridgeClient(
                AwsClientBuilderConfigurer configurer,
                Environment environment,
                ObjectProvider<AwsConnectionDetails> connectionDetails,
                ObjectProvider<AwsSyncClientCustomizer> customizers) {
            return configure(
                            "eventbridge",
                            EventBridgeClient.builder(),
                            configurer,
                            environment,
                            connectionDetails,
                            customizers)
                    .build();
        }

        @Bean
        AwsTarget onlyonceEventBridgeTarget(ObjectProvider<EventBridgeClient> clients) {
            return new AwsTarget("event-bridge", (order, settings) -> {
                var eventBridge = Objects.requireNonNull(settings.eventBridge());
                return new EventBridgeTarget(
                        order.name(),
                        clients.getObject(),
                        Objects.requireNonNull(eventBridge.bus()),
                        eventBridge.detailType(),
                        order.timeout());
            });
        }
    }

    /** Endpoint and region of one service. */
    static final class Client extends AwsClientProperties {

        Client() {}
    }

    private static <T extends AwsClientBuilder<T, ?>> T configure(
            String service,
            T builder,
            AwsClientBuilderConfigurer configurer,
            Environment environment,
            ObjectProvider<AwsConnectionDetails> connectionDetails,
            ObjectProvider<AwsSyncClientCustomizer> customizers) {
        var properties = Binder.get(environment).bindOrCreate("spring.cloud.aws." + service, Client.class);
        return configurer.configureSyncClient(
                builder, properties, connectionDetails.getIfAvailable(), Stream.empty(), customizers.orderedStream());
    }
}
