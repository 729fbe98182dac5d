package io.onlyonce.autoconfigure;

import io.awspring.cloud.dynamodb.DynamoDbTableNameResolver;
import io.awspring.cloud.dynamodb.DynamoDbTableSchemaResolver;
import io.onlyonce.checkpoint.CheckpointTable;
import io.onlyonce.ledger.LedgerTable;
import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.publication.ConsumerListeners;
import io.onlyonce.publication.DeliveryThreads;
import io.onlyonce.publication.ItemListenerFactory;
import io.onlyonce.publication.ItemListeners;
import io.onlyonce.publication.ItemTypes;
import io.onlyonce.publication.ObservationEvents;
import io.onlyonce.publication.RecordPaths;
import io.onlyonce.publication.Redrive;
import io.onlyonce.quarantine.DynamoDbQuarantineStore;
import io.onlyonce.quarantine.QuarantineStore;
import io.onlyonce.quarantine.QuarantineTable;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.TaskScheduler;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The record path: listeners, ledger and quarantine, whichever engine reads. */
@Configuration(proxyBeanMethods = false)
final class DeliveryConfiguration {

    static final String LISTENERS = "onlyonceConsumerListeners";

    DeliveryConfiguration() {}

    @Bean
    static ItemListeners onlyonceItemListeners() {
        return new ItemListeners();
    }

    /** Static and with late collaborators, because Spring asks for it before other beans are there. */
    @Bean
    static ItemListenerFactory onlyonceItemListenerFactory(
            ItemListeners listeners,
            ObjectProvider<DynamoDbTableSchemaResolver> schemas,
            ObjectProvider<DynamoDbTableNameResolver> names) {
        return new ItemListenerFactory(listeners, new ItemTypes(schemas::getObject, names::getObject));
    }

    @Bean
    Forwards onlyonceForwards(
            OnlyonceProperties properties,
            ItemListeners listeners,
            ConfigurableApplicationContext context,
            ObjectProvider<AwsTarget> awsTargets) {
        return new Forwards(
                properties, listeners, context, awsTargets.orderedStream().toList());
    }

    @Bean
    ObservationEvents onlyonceObservationEvents(ApplicationEventPublisher publisher) {
        return new ObservationEvents(publisher);
    }

    /** No default candidate, so that it is not one of the listeners that it tells. */
    @Bean(name = LISTENERS, defaultCandidate = false)
    ConsumerListeners onlyonceConsumerListeners(ObjectProvider<ConsumerListener> listeners) {
        return new ConsumerListeners(listeners.orderedStream().toList());
    }

    @Bean
    @ConditionalOnMissingBean(QuarantineStore.class)
    DynamoDbQuarantineStore onlyonceQuarantineStore(
            DynamoDbClient client, OnlyonceProperties properties, ConsumerName consumer) {
        return new DynamoDbQuarantineStore(client, properties.tables().quarantine(), consumer.value());
    }

    @Bean
    RecordPaths onlyonceRecordPaths(
            ApplicationEventPublisher publisher,
            ItemListeners itemListeners,
            @Qualifier(LISTENERS) ConsumerListeners consumerListeners,
            @Qualifier(TaskSchedulerConfiguration.TASK_SCHEDULER) TaskScheduler scheduler,
            @Qualifier(TaskSchedulerConfiguration.LISTENER_EXECUTOR) Executor listenerExecutor,
            @Qualifier(TaskSchedulerConfiguration.LEDGER_EXECUTOR) Executor ledgerExecutor,
            QuarantineStore quarantineStore) {
        var threads = new DeliveryThreads(listenerExecutor, ledgerExecutor, scheduler);
        return new RecordPaths(
                publisher,
                itemListeners,
                consumerListeners,
                threads,
                quarantineStore,
                Clock.systemUTC(),
                System::nanoTime);
    }

    @Bean
    Redrive onlyonceRedrive(RecordPaths paths) {
        return paths.redrive();
    }

    @Bean
    TablePaths onlyonceTablePaths(
            OnlyonceProperties properties,
            ConsumerName consumer,
            DynamoDbClient client,
            RecordPaths paths,
            ItemListeners listeners) {
        return new TablePaths(properties, consumer, client, paths, listeners);
    }

    @Bean
    TableInitializer onlyonceTableInitializer(DynamoDbClient client, OnlyonceProperties properties) {
        var tables = properties.tables();
        return new TableInitializer(
                client,
                tables,
                List.of(
                        new TableDefinition(
                                LedgerTable.createTableRequest(tables.ledger()), LedgerTable.TIME_TO_LIVE_ATTRIBUTE),
                        new TableDefinition(CheckpointTable.createTableRequest(tables.checkpoints()), null),
                        new TableDefinition(QuarantineTable.createTableRequest(tables.quarantine()), null)));
    }
}
