package io.onlyonce.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.onlyonce.engine.FakeEngine;
import io.onlyonce.metrics.ConsumerGauges;
import io.onlyonce.metrics.ConsumerMetrics;
import io.onlyonce.publication.ConsumerListener;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

class OnlyonceMetricsAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MetricsAutoConfiguration.class,
                    SimpleMetricsExportAutoConfiguration.class,
                    PrometheusMetricsExportAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class,
                    OnlyonceMetricsAutoConfiguration.class))
            .withUserConfiguration(Core.class)
            .withPropertyValues("onlyonce.streams.orders=")
            .withBean(FakeEngine.class, () -> new FakeEngine("orders"));

    @Test
    void configuredTablesAreMetered() {
        runner.run(context -> {
            var registry = context.getBean(MeterRegistry.class);
            assertThat(context.getBean(ConsumerListener.class)).isInstanceOf(ConsumerMetrics.class);
            assertThat(registry.get("onlyonce.gaps")
                            .tag("table", "orders")
                            .counter()
                            .count())
                    .isZero();
            assertThat(registry.get("onlyonce.iterator.lag")
                            .tag("table", "orders")
                            .gauge()
                            .value())
                    .isEqualTo(0.412);
        });
    }

    @Test
    void bucketsCanBeChangedByBootsProperties() {
        runner.withPropertyValues("management.metrics.distribution.slo.onlyonce.delivery=1s,2s")
                .run(context -> assertThat(context.getBean(MeterRegistry.class)
                                .get("onlyonce.delivery")
                                .timer()
                                .takeSnapshot()
                                .histogramCounts())
                        .hasSize(2));
    }

    @Test
    void metersOfTheApplicationAreUsed() {
        runner.withBean("own", ConsumerMetrics.class, () -> new ConsumerMetrics(new SimpleMeterRegistry(), List.of()))
                .run(context ->
                        assertThat(context).hasSingleBean(ConsumerMetrics.class).hasBean("own"));
    }

    @Test
    void withoutRegistryThereIsNothing() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(OnlyonceMetricsAutoConfiguration.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(ConsumerMetrics.class)
                        .doesNotHaveBean(ConsumerGauges.class));
    }

    @Test
    void withoutMicrometerThereIsNothing() {
        runner.withClassLoader(new FilteredClassLoader("io.micrometer")).run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean("onlyonceConsumerMetrics")
                .doesNotHaveBean("onlyonceConsumerGauges"));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(OnlyonceProperties.class)
    @Import(OnlyoncePropertiesBindHandlerAdvisor.class)
    static class Core {}
}
