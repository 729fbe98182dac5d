package io.onlyonce.actuate;

import io.awspring.cloud.dynamodb.DefaultDynamoDbTableNameResolver;
import io.awspring.cloud.dynamodb.DefaultDynamoDbTableSchemaResolver;
import io.onlyonce.ItemInserted;
import io.onlyonce.publication.ConsumerListeners;
import io.onlyonce.publication.DeduplicationKey;
import io.onlyonce.publication.DeliverySettings;
import io.onlyonce.publication.DeliveryThreads;
import io.onlyonce.publication.ItemListenerFactory;
import io.onlyonce.publication.ItemListeners;
import io.onlyonce.publication.ItemTypes;
import io.onlyonce.publication.RecordPaths;
import io.onlyonce.quarantine.InMemoryQuarantineStore;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.Principal;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jackson.JacksonEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.actuate.web.ServletManagementContextAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** An application with one listener of {@code orders} and the quarantine endpoint, and nothing of the consumer's own auto-configuration. */
@SpringBootConfiguration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    JacksonAutoConfiguration.class,
    HttpMessageConvertersAutoConfiguration.class,
    TomcatServletWebServerAutoConfiguration.class,
    DispatcherServletAutoConfiguration.class,
    WebMvcAutoConfiguration.class,
    ErrorMvcAutoConfiguration.class,
    EndpointAutoConfiguration.class,
    JacksonEndpointAutoConfiguration.class,
    WebEndpointAutoConfiguration.class,
    ManagementContextAutoConfiguration.class,
    ServletManagementContextAutoConfiguration.class
})
class QuarantineApplication {

    static final String USER_HEADER = "X-User";

    @Bean
    InMemoryQuarantineStore store() {
        return new InMemoryQuarantineStore();
    }

    @Bean
    StubLedger ledger(InMemoryQuarantineStore store) {
        return new StubLedger(store);
    }

    @Bean
    static ItemListeners itemListeners() {
        return new ItemListeners();
    }

    @Bean
    static ItemListenerFactory itemListenerFactory(ItemListeners listeners) {
        return new ItemListenerFactory(
                listeners,
                new ItemTypes(DefaultDynamoDbTableSchemaResolver::new, DefaultDynamoDbTableNameResolver::new));
    }

    @Bean
    RecordPaths recordPaths(
            ApplicationEventPublisher publisher, ItemListeners listeners, InMemoryQuarantineStore store) {
        return new RecordPaths(
                publisher,
                listeners,
                new ConsumerListeners(List.of()),
                new DeliveryThreads(Runnable::run, Runnable::run, new SimpleAsyncTaskScheduler()),
                store,
                Clock.systemUTC(),
                System::nanoTime);
    }

    /** As late as an engine does it: when every listener is known. */
    @Bean
    SmartInitializingSingleton orders(RecordPaths paths, StubLedger ledger) {
        return () -> paths.open(
                "orders",
                ledger,
                new DeduplicationKey.EventId(),
                new DeliverySettings(
                        1, Duration.ofSeconds(60), RetryPolicy.withMaxRetries(3), RetryPolicy.withDefaults()));
    }

    @Bean
    QuarantineEndpoint quarantineEndpoint(
            InMemoryQuarantineStore store, RecordPaths paths, ApplicationEventPublisher publisher) {
        return new QuarantineEndpoint(store, Set.of("orders"), paths.redrive(), publisher);
    }

    @Bean
    OrderListener orderListener() {
        return new OrderListener();
    }

    @Bean
    Audit audit() {
        return new Audit();
    }

    /** What a security filter does. */
    @Bean
    Filter userFilter() {
        return (request, response, chain) -> {
            String user = ((HttpServletRequest) request).getHeader(USER_HEADER);
            chain.doFilter(
                    new HttpServletRequestWrapper((HttpServletRequest) request) {
                        @Override
                        public @Nullable Principal getUserPrincipal() {
                            return user == null ? null : () -> user;
                        }
                    },
                    response);
        };
    }

    /** Listens to orders, and fails when told to. */
    static class OrderListener {

        private final List<String> received = new CopyOnWriteArrayList<>();
        private volatile @Nullable RuntimeException failure;

        void failWith(@Nullable RuntimeException newFailure) {
            failure = newFailure;
        }

        List<String> received() {
            return received;
        }

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> event) {
            received.add(event.eventId());
            if (failure != null) {
                throw failure;
            }
        }
    }

    /** Keeps audit events. */
    static class Audit {

        private final List<AuditEvent> events = new CopyOnWriteArrayList<>();

        List<AuditEvent> events() {
            return events;
        }

        @EventListener
        void on(AuditApplicationEvent event) {
            events.add(event.getAuditEvent());
        }
    }
}
