package io.onlyonce.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.onlyonce.engine.Engine;
import io.onlyonce.metrics.ConsumerGauges;
import io.onlyonce.metrics.ConsumerMetrics;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Meters, where there is a registry. */
@AutoConfiguration(
        after = OnlyonceAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
public final class OnlyonceMetricsAutoConfiguration {

    OnlyonceMetricsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    ConsumerMetrics onlyonceConsumerMetrics(MeterRegistry registry, OnlyonceProperties properties) {
        return new ConsumerMetrics(registry, properties.streams().keySet());
    }

    @Bean
    @ConditionalOnMissingBean
    ConsumerGauges onlyonceConsumerGauges(Engine engine, OnlyonceProperties properties) {
        return new ConsumerGauges(engine, properties.streams().keySet());
    }
}
