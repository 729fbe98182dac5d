package io.onlyonce.autoconfigure;

import io.awspring.cloud.autoconfigure.AwsSyncClientCustomizer;
import io.awspring.cloud.autoconfigure.core.AwsClientBuilderConfigurer;
import io.awspring.cloud.autoconfigure.core.AwsConnectionDetails;
import io.awspring.cloud.autoconfigure.dynamodb.DynamoDbAutoConfiguration;
import io.awspring.cloud.autoconfigure.dynamodb.DynamoDbProperties;
import io.onlyonce.autoconfigure.OnlyoncePropertiesException.Problem;
import io.onlyonce.engine.ConsumerCounts;
import io.onlyonce.engine.ConsumerLifecycle;
import io.onlyonce.engine.Engine;
import java.time.Duration;
import java.util.Locale;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** The consumer: its properties, clients, threads and lifecycle. An {@link Engine} comes from the auto-configuration of the one that {@code onlyonce.engine} names, or from the application. */
@AutoConfiguration(
        after = DynamoDbAutoConfiguration.class,
        afterName = {
            "io.awspring.cloud.autoconfigure.core.AwsAutoConfiguration",
            "io.awspring.cloud.autoconfigure.sns.SnsAutoConfiguration"
        })
@EnableConfigurationProperties({OnlyonceProperties.class, LifecycleProperties.class})
@Import({
    TaskSchedulerConfiguration.PlatformThreads.class,
    TaskSchedulerConfiguration.VirtualThreads.class,
    DeliveryConfiguration.class,
    AwsTargets.Sqs.class,
    AwsTargets.Sns.class,
    AwsTargets.EventBridge.class,
    BackfillConfiguration.class
})
public final class OnlyonceAutoConfiguration {

    private final OnlyonceProperties properties;

    OnlyonceAutoConfiguration(OnlyonceProperties properties) {
        this.properties = properties;
    }

    @Bean
    static OnlyoncePropertiesBindHandlerAdvisor onlyoncePropertiesBindHandlerAdvisor() {
        return new OnlyoncePropertiesBindHandlerAdvisor();
    }

    @Bean
    ConsumerName onlyonceConsumerName(Environment environment) {
        return ConsumerName.of(properties, environment);
    }

    /** Set up as Spring Cloud AWS sets up its client for the tables, by the same properties. */
    @Bean
    @ConditionalOnMissingBean
    DynamoDbStreamsClient dynamoDbStreamsClient(
            AwsClientBuilderConfigurer configurer,
            ObjectProvider<DynamoDbProperties> dynamoDbProperties,
            ObjectProvider<AwsConnectionDetails> connectionDetails,
            ObjectProvider<DynamoDbStreamsClientCustomizer> customizers,
            ObjectProvider<AwsSyncClientCustomizer> commonCustomizers) {
        return configurer
                .configureSyncClient(
                        DynamoDbStreamsClient.builder(),
                        dynamoDbProperties.getIfAvailable(),
                        connectionDetails.getIfAvailable(),
                        customizers.orderedStream(),
                        commonCustomizers.orderedStream())
                .build();
    }

    @Bean
    ConsumerCounts onlyonceConsumerCounts() {
        return new ConsumerCounts();
    }

    @Bean
    ConsumerLifecycle onlyonceConsumerLifecycle(ObjectProvider<Engine> engines, LifecycleProperties lifecycle) {
        Engine engine = engines.getIfAvailable();
        if (engine == null) {
            throw new OnlyoncePropertiesException(new Problem(
                    "onlyonce.engine",
                    properties.engine().name().toLowerCase(Locale.ROOT),
                    "names an engine that is not on the class path",
                    "Add com.amazonaws:dynamodb-streams-kinesis-adapter and software.amazon.kinesis:amazon-kinesis-client,"
                            + " or set onlyonce.engine=polling."));
        }
        return new ConsumerLifecycle(engine, properties.enabled(), stopTimeout(lifecycle.getTimeoutPerShutdownPhase()));
    }

    /** A little less than the context grants, so that the consumer is done before it is given up. */
    static Duration stopTimeout(Duration timeoutPerShutdownPhase) {
        var margin = Duration.ofSeconds(1);
        return timeoutPerShutdownPhase.compareTo(margin.multipliedBy(2)) > 0
                ? timeoutPerShutdownPhase.minus(margin)
                : timeoutPerShutdownPhase.dividedBy(2);
    }
}
