package io.onlyonce.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.ObservationRegistry;
import io.onlyonce.metrics.ListenerObservations;
import io.onlyonce.publication.ConsumerListener.CallEnd;
import io.onlyonce.stream.ShardId;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class OnlyonceObservationAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(OnlyonceObservationAutoConfiguration.class));

    @Test
    void listenersAreObservedWhereThereIsARegistry() {
        runner.withBean(ObservationRegistry.class, ObservationRegistry::create).run(context -> assertThat(context)
                .hasSingleBean(ListenerObservations.class)
                .hasBean("onlyonceListenerObservationMeterFilter"));
    }

    @Test
    void withoutRegistryThereIsNothing() {
        runner.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ListenerObservations.class));
    }

    @Test
    void withoutObservationsThereIsNothing() {
        runner.withClassLoader(new FilteredClassLoader("io.micrometer.observation"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("onlyonceListenerObservations"));
    }

    @Test
    void withoutMetersTheyAreObservedAllTheSame() {
        runner.withClassLoader(new FilteredClassLoader("io.micrometer.core"))
                .withBean(ObservationRegistry.class, ObservationRegistry::create)
                .run(context -> assertThat(context)
                        .hasSingleBean(ListenerObservations.class)
                        .doesNotHaveBean("onlyonceListenerObservationMeterFilter"));
    }

    @Test
    void registryThatDoesNothingCostsNothing() {
        var observations = new ListenerObservations(ObservationRegistry.NOOP);
        assertThat(observations.listenerStarts("orders", new ShardId("shardId-1"), "event", "listener"))
                .isSameAs(CallEnd.IGNORED);
    }
}
