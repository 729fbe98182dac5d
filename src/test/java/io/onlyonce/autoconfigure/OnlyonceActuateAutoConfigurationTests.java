package io.onlyonce.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.onlyonce.actuate.ConsumerInfoContributor;
import io.onlyonce.actuate.ConsumerLivenessHealthIndicator;
import io.onlyonce.actuate.ConsumerReadinessHealthIndicator;
import io.onlyonce.actuate.QuarantineEndpoint;
import io.onlyonce.actuate.StreamsEndpoint;
import io.onlyonce.backfill.BackfillCounts;
import io.onlyonce.backfill.Backfills;
import io.onlyonce.engine.ConsumerCounts;
import io.onlyonce.engine.FakeEngine;
import io.onlyonce.publication.Redrive;
import io.onlyonce.quarantine.QuarantineStore;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.info.BuildProperties;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

class OnlyonceActuateAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    HealthContributorRegistryAutoConfiguration.class, OnlyonceActuateAutoConfiguration.class))
            .withUserConfiguration(Core.class)
            .withPropertyValues("onlyonce.streams.orders=")
            .withBean(ConsumerName.class, () -> new ConsumerName("billing"))
            .withBean(ConsumerCounts.class)
            .withBean(Backfills.class, () -> new Backfills(new BackfillCounts(), Map.of()))
            .withBean(QuarantineStore.class, () -> mock(QuarantineStore.class))
            .withBean(Redrive.class, () -> mock(Redrive.class))
            .withBean(FakeEngine.class, () -> new FakeEngine("orders"));

    @Test
    void endpointIsThereIfItIsExposed() {
        runner.withPropertyValues("management.endpoints.web.exposure.include=streams")
                .run(context -> assertThat(context).hasSingleBean(StreamsEndpoint.class));
        runner.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(StreamsEndpoint.class));
    }

    @Test
    void quarantineEndpointIsThereIfItIsExposed() {
        runner.withPropertyValues("management.endpoints.web.exposure.include=quarantine")
                .run(context -> assertThat(context).hasSingleBean(QuarantineEndpoint.class));
        runner.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(QuarantineEndpoint.class));
    }

    @Test
    void endpointCanBeTakenAway() {
        runner.withPropertyValues(
                        "management.endpoints.web.exposure.include=streams", "management.endpoint.streams.access=NONE")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(StreamsEndpoint.class));
    }

    @Test
    void healthIsThereUnlessItIsSwitchedOff() {
        runner.run(context -> {
            assertThat(context).hasSingleBean(ConsumerReadinessHealthIndicator.class);
            assertThat(context).hasSingleBean(ConsumerLivenessHealthIndicator.class);
            assertThat(context.getBean(HealthContributorRegistry.class).stream())
                    .extracting(entry -> entry.name())
                    .containsExactlyInAnyOrder("onlyonceReadiness", "onlyonceLiveness");
        });
        runner.withPropertyValues("management.health.onlyonce.enabled=false").run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(ConsumerReadinessHealthIndicator.class)
                .doesNotHaveBean(ConsumerLivenessHealthIndicator.class));
    }

    @Test
    void infoIsThereUnlessItIsSwitchedOff() {
        runner.run(context -> assertThat(context).hasSingleBean(ConsumerInfoContributor.class));
        runner.withPropertyValues("management.info.onlyonce.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ConsumerInfoContributor.class));
    }

    @Test
    void versionIsThatOfOnlyonceAndNotOfTheApplication() {
        runner.withBean(BuildProperties.class, () -> build("io.onlyonce", "onlyonce", "1.2.3"))
                .run(context -> assertThat(info(context.getBean(ConsumerInfoContributor.class)))
                        .isEqualTo("{version=1.2.3, engine=fake, consumer=billing}"));
        runner.withBean(BuildProperties.class, () -> build("com.acme", "shop", "7.0.0"))
                .run(context -> assertThat(info(context.getBean(ConsumerInfoContributor.class)))
                        .isEqualTo("{engine=fake, consumer=billing}"));
    }

    @Test
    void withoutActuatorThereIsNothing() {
        runner.withPropertyValues("management.endpoints.web.exposure.include=*")
                .withClassLoader(
                        new FilteredClassLoader("org.springframework.boot.actuate", "org.springframework.boot.health"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean("onlyonceStreamsEndpoint")
                        .doesNotHaveBean("onlyonceReadinessHealthIndicator")
                        .doesNotHaveBean("onlyonceLivenessHealthIndicator")
                        .doesNotHaveBean("onlyonceInfoContributor"));
    }

    @Test
    void withoutHealthThereIsStillTheEndpoint() {
        runner.withPropertyValues("management.endpoints.web.exposure.include=*")
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasBean("onlyonceStreamsEndpoint")
                        .doesNotHaveBean("onlyonceReadinessHealthIndicator"));
    }

    private static BuildProperties build(String group, String artifact, String version) {
        var properties = new Properties();
        properties.setProperty("group", group);
        properties.setProperty("artifact", artifact);
        properties.setProperty("version", version);
        return new BuildProperties(properties);
    }

    private static String info(ConsumerInfoContributor contributor) {
        var builder = new Info.Builder();
        contributor.contribute(builder);
        return builder.build().get("onlyonce").toString();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(OnlyonceProperties.class)
    @Import(OnlyoncePropertiesBindHandlerAdvisor.class)
    static class Core {}
}
