package io.onlyonce.autoconfigure;

import io.onlyonce.backfill.Backfills;
import io.onlyonce.engine.ConsumerEngine;
import io.onlyonce.engine.DynamoDbActiveLock;
import io.onlyonce.engine.Engine;
import io.onlyonce.polling.PollingEngine;
import io.onlyonce.polling.PollingSettings;
import io.onlyonce.publication.ConsumerListeners;
import java.time.Clock;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.TaskScheduler;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** The polling engine, which is the default. */
@AutoConfiguration(after = OnlyonceAutoConfiguration.class)
@ConditionalOnProperty(name = "onlyonce.engine", havingValue = "polling", matchIfMissing = true)
public final class OnlyoncePollingAutoConfiguration {

    OnlyoncePollingAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(Engine.class)
    ConsumerEngine onlyonceEngine(
            OnlyonceProperties properties,
            ConsumerName consumer,
            TablePaths tablePaths,
            TableInitializer tables,
            DynamoDbClient dynamoDb,
            DynamoDbStreamsClient streams,
            Backfills backfills,
            Backfills.Services backfillServices,
            @Qualifier(DeliveryConfiguration.LISTENERS) ConsumerListeners listeners,
            @Qualifier(TaskSchedulerConfiguration.TASK_SCHEDULER) TaskScheduler scheduler) {
        var polling = properties.polling();
        var settings = new PollingSettings(
                polling.pageSize(),
                Runtime.getRuntime().maxMemory() / 4,
                polling.minDelay(),
                polling.maxDelay(),
                polling.leaseDuration(),
                properties.delivery().onGap() == OnlyonceProperties.OnGap.STOP);
        return new ConsumerEngine(
                "polling",
                properties.streams().keySet(),
                () -> {
                    var sources = tablePaths.sources();
                    var engine = new PollingEngine(
                            dynamoDb, streams, sources, settings, scheduler, listeners, Clock.systemUTC());
                    return backfills.with(engine, sources, backfillServices, true);
                },
                tables::initialize,
                new DynamoDbActiveLock(
                        dynamoDb,
                        properties.tables().checkpoints(),
                        consumer.value(),
                        BackfillConfiguration.processName(),
                        polling.leaseDuration()),
                scheduler,
                System::nanoTime);
    }
}
