package io.onlyonce.autoconfigure;

import io.onlyonce.actuate.ConsumerInfoContributor;
import io.onlyonce.actuate.ConsumerLivenessHealthIndicator;
import io.onlyonce.actuate.ConsumerReadinessHealthIndicator;
import io.onlyonce.actuate.QuarantineEndpoint;
import io.onlyonce.actuate.StreamsEndpoint;
import io.onlyonce.backfill.Backfills;
import io.onlyonce.engine.ConsumerCounts;
import io.onlyonce.engine.Engine;
import io.onlyonce.publication.Redrive;
import io.onlyonce.quarantine.QuarantineStore;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.info.BuildProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Endpoint, health and info, where there is actuator. */
@AutoConfiguration(
        after = OnlyonceAutoConfiguration.class,
        afterName = "org.springframework.boot.autoconfigure.info.ProjectInfoAutoConfiguration")
public final class OnlyonceActuateAutoConfiguration {

    OnlyonceActuateAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
    static final class Endpoints {

        @Bean
        @ConditionalOnAvailableEndpoint
        @ConditionalOnMissingBean
        StreamsEndpoint onlyonceStreamsEndpoint(
                ConsumerName consumer, Engine engine, ConsumerCounts counts, Backfills backfills) {
            return new StreamsEndpoint(consumer.value(), engine, counts, backfills);
        }

        @Bean
        @ConditionalOnAvailableEndpoint
        @ConditionalOnMissingBean
        QuarantineEndpoint onlyonceQuarantineEndpoint(
                QuarantineStore store,
                OnlyonceProperties properties,
                Redrive redrive,
                ApplicationEventPublisher publisher) {
            return new QuarantineEndpoint(store, properties.streams().keySet(), redrive, publisher);
        }
    }

    /** Both are named apart from Boot's health groups {@code readiness} and {@code liveness}, which an application includes them in. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConditionalOnEnabledHealthIndicator.class)
    static final class Health {

        @Bean
        @ConditionalOnEnabledHealthIndicator("onlyonce")
        @ConditionalOnMissingBean(name = "onlyonceReadinessHealthIndicator")
        ConsumerReadinessHealthIndicator onlyonceReadinessHealthIndicator(
                Engine engine, ConsumerCounts counts, OnlyonceProperties properties) {
            return new ConsumerReadinessHealthIndicator(
                    engine, counts, properties.enabled(), properties.ledger().claimTimeout());
        }

        @Bean
        @ConditionalOnEnabledHealthIndicator("onlyonce")
        @ConditionalOnMissingBean(name = "onlyonceLivenessHealthIndicator")
        ConsumerLivenessHealthIndicator onlyonceLivenessHealthIndicator(Engine engine) {
            return new ConsumerLivenessHealthIndicator(engine);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConditionalOnEnabledInfoContributor.class)
    static final class Info {

        @Bean
        @ConditionalOnEnabledInfoContributor("onlyonce")
        @ConditionalOnMissingBean
        ConsumerInfoContributor onlyonceInfoContributor(
                ConsumerName consumer, Engine engine, ObjectProvider<BuildProperties> build) {
            return new ConsumerInfoContributor(OnlyonceVersion.find(build.getIfAvailable()), consumer.value(), engine);
        }
    }
}
