package io.onlyonce.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.observation.ObservationRegistry;
import io.onlyonce.metrics.ListenerObservations;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Observations of listeners, where there is a registry for them: with tracing they become spans. */
@AutoConfiguration(
        before = OnlyonceAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean(ObservationRegistry.class)
public final class OnlyonceObservationAutoConfiguration {

    OnlyonceObservationAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    ListenerObservations onlyonceListenerObservations(ObservationRegistry registry) {
        return new ListenerObservations(registry);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    static final class Meters {

        Meters() {}

        /** Boot makes a timer of every observation; for listeners there is one already. */
        @Bean
        static MeterFilter onlyonceListenerObservationMeterFilter() {
            return MeterFilter.denyNameStartsWith(ListenerObservations.NAME);
        }
    }
}
