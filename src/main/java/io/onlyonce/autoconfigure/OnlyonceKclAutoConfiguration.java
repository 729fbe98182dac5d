package io.onlyonce.autoconfigure;

import io.awspring.cloud.autoconfigure.AwsAsyncClientCustomizer;
import io.awspring.cloud.autoconfigure.core.AwsClientBuilderConfigurer;
import io.awspring.cloud.autoconfigure.core.AwsConnectionDetails;
import io.awspring.cloud.autoconfigure.dynamodb.DynamoDbProperties;
import io.onlyonce.backfill.Backfills;
import io.onlyonce.engine.ActiveLock;
import io.onlyonce.engine.ConsumerEngine;
import io.onlyonce.engine.Engine;
import io.onlyonce.kcl.KclClients;
import io.onlyonce.kcl.KclEngine;
import io.onlyonce.kcl.KclSettings;
import io.onlyonce.publication.ConsumerListeners;
import java.time.Clock;
import java.time.Duration;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.TaskScheduler;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** The engine that reads with the Kinesis Client Library, where that and its adapter to DynamoDB Streams are on the class path. */
@AutoConfiguration(after = OnlyonceAutoConfiguration.class)
@ConditionalOnProperty(name = "onlyonce.engine", havingValue = "kcl")
public final class OnlyonceKclAutoConfiguration {

    /** A lease is renewed every third of it, by one write for each shard. */
    private static final Duration FAILOVER = Duration.ofSeconds(10);

    OnlyonceKclAutoConfiguration() {}

    /** Its condition looks at classes of KCL, which are not even loaded for another engine. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(
            name = {
                "software.amazon.kinesis.coordinator.Scheduler",
                "com.amazonaws.services.dynamodbv2.streamsadapter.AmazonDynamoDBStreamsAdapterClient"
            })
    static final class OnClassPath {

        /** KCL keeps its leases with an asynchronous client. Set up as Spring Cloud AWS sets up its client for the tables, by the same properties. */
        @Bean
        @ConditionalOnMissingBean
        DynamoDbAsyncClient dynamoDbAsyncClient(
                AwsClientBuilderConfigurer configurer,
                ObjectProvider<DynamoDbProperties> dynamoDbProperties,
                ObjectProvider<AwsConnectionDetails> connectionDetails,
                ObjectProvider<AwsAsyncClientCustomizer> commonCustomizers) {
            return configurer
                    .configureAsyncClient(
                            DynamoDbAsyncClient.builder(),
                            dynamoDbProperties.getIfAvailable(),
                            connectionDetails.getIfAvailable(),
                            Stream.empty(),
                            commonCustomizers.orderedStream())
                    .build();
        }

        @Bean
        @ConditionalOnMissingBean(Engine.class)
        ConsumerEngine onlyonceEngine(
                OnlyonceProperties properties,
                ConsumerName consumer,
                TablePaths tablePaths,
                TableInitializer tables,
                DynamoDbClient dynamoDb,
                DynamoDbAsyncClient dynamoDbAsync,
                DynamoDbStreamsClient streams,
                Backfills backfills,
                Backfills.Services backfillServices,
                @Qualifier(DeliveryConfiguration.LISTENERS) ConsumerListeners listeners,
                @Qualifier(TaskSchedulerConfiguration.TASK_SCHEDULER) TaskScheduler scheduler) {
            var polling = properties.polling();
            var settings = new KclSettings(
                    consumer.value(),
                    properties.tables().prefix(),
                    properties.tables().create(),
                    polling.pageSize(),
                    polling.minDelay(),
                    polling.maxDelay(),
                    FAILOVER,
                    properties.delivery().onGap() == OnlyonceProperties.OnGap.STOP);
            var clients = new KclClients(
                    dynamoDb,
                    dynamoDbAsync,
                    streams,
                    streams.serviceClientConfiguration().region());
            return new ConsumerEngine(
                    "kcl",
                    properties.streams().keySet(),
                    () -> {
                        var sources = tablePaths.sources();
                        var engine = new KclEngine(clients, sources, settings, listeners, Clock.systemUTC());
                        return backfills.with(engine, sources, backfillServices, false);
                    },
                    tables::initialize,
                    ActiveLock.shared(),
                    scheduler,
                    System::nanoTime);
        }
    }
}
