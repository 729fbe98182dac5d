package io.onlyonce.bench;

import io.awspring.cloud.autoconfigure.AwsSyncClientCustomizer;
import io.awspring.cloud.autoconfigure.dynamodb.DynamoDbClientCustomizer;
import io.onlyonce.ItemInserted;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.app.OnlyonceApplication;
import io.onlyonce.autoconfigure.DynamoDbStreamsClientCustomizer;
import io.onlyonce.engine.ConsumerLifecycle;
import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.stream.EventName;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.GenericApplicationContext;
import software.amazon.awssdk.core.client.builder.SdkSyncClientBuilder;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The service as it is shipped, endpoints and meters included, in this process. */
final class OnlyonceConsumer implements Contestant {

    private final String name;
    private final Consumer<ItemInserted<Map<String, AttributeValue>>> handler;
    private final String[] settings;
    private final Consumer<SdkSyncClientBuilder<?, ?>> clients;

    OnlyonceConsumer(String name, String... settings) {
        this(name, item -> {}, settings);
    }

    /** With a handler and, as arguments of the service, settings that differ from the defaults. */
    OnlyonceConsumer(String name, Consumer<ItemInserted<Map<String, AttributeValue>>> handler, String... settings) {
        this(name, handler, builder -> {}, settings);
    }

    private OnlyonceConsumer(
            String name,
            Consumer<ItemInserted<Map<String, AttributeValue>>> handler,
            Consumer<SdkSyncClientBuilder<?, ?>> clients,
            String... settings) {
        this.name = name;
        this.handler = handler;
        this.clients = clients;
        this.settings = settings;
    }

    /** With other HTTP clients than those it comes with. */
    static OnlyonceConsumer over(String name, Supplier<SdkHttpClient.Builder<?>> httpClient) {
        return new OnlyonceConsumer(name, item -> {}, builder -> builder.httpClientBuilder(httpClient.get()));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Finish consume(SourceTable source, int records, Place place) {
        var run = new Run(handler, clients, place.meter(), new CountDownLatch(records));
        var context = start(source, run, place);
        try {
            run.finished().await();
            return Finish.now(records, place);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            context.close();
        }
    }

    /** Consumes until the context is closed. */
    ConfigurableApplicationContext start(SourceTable source, Place place) {
        return start(source, new Run(handler, clients, place.meter(), new CountDownLatch(0)), place);
    }

    private ConfigurableApplicationContext start(SourceTable source, Run run, Place place) {
        var application = OnlyonceApplication.application(Service.class);
        application.setLogStartupInfo(false);
        application.addInitializers(
                context -> ((GenericApplicationContext) context).registerBean(Run.class, () -> run));
        var context = application.run(LocalDynamoDb.serviceArguments(
                place.endpoint(),
                Stream.concat(
                                Stream.of(
                                        "--logging.level.root=warn",
                                        "--onlyonce.enabled=false",
                                        "--onlyonce.tables.prefix=" + LocalDynamoDb.uniqueName("bench"),
                                        "--onlyonce.streams[" + source.name() + "]="),
                                Stream.of(settings))
                        .toArray(String[]::new)));
        // Not before the rest has started, which has a measurement of its own.
        context.getBean(ConsumerLifecycle.class).start();
        return context;
    }

    private record Run(
            Consumer<ItemInserted<Map<String, AttributeValue>>> handler,
            Consumer<SdkSyncClientBuilder<?, ?>> clients,
            CallMeter meter,
            CountDownLatch finished) {}

    @Configuration(proxyBeanMethods = false)
    static class Service {

        @Bean
        Listener listener(Run run) {
            return new Listener(run.handler());
        }

        @Bean
        DynamoDbClientCustomizer meteredClient(Run run) {
            return builder -> builder.overrideConfiguration(builder.overrideConfiguration().toBuilder()
                    .addExecutionInterceptor(run.meter())
                    .build());
        }

        @Bean
        DynamoDbStreamsClientCustomizer meteredStreamsClient(Run run) {
            return builder -> builder.overrideConfiguration(builder.overrideConfiguration().toBuilder()
                    .addExecutionInterceptor(run.meter())
                    .build());
        }

        @Bean
        AwsSyncClientCustomizer httpClients(Run run) {
            return builder -> run.clients().accept((SdkSyncClientBuilder<?, ?>) builder);
        }

        /** Told when the ends of records are in the ledger. */
        @Bean
        ConsumerListener finishLine(Run run) {
            return new ConsumerListener() {
                @Override
                public void recordFinished(String table, EventName event, RecordOutcome outcome) {
                    run.finished().countDown();
                }
            };
        }
    }

    static final class Listener {

        private final Consumer<ItemInserted<Map<String, AttributeValue>>> handler;

        Listener(Consumer<ItemInserted<Map<String, AttributeValue>>> handler) {
            this.handler = handler;
        }

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> item) {
            handler.accept(item);
        }
    }
}
