package io.onlyonce.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.awspring.cloud.autoconfigure.core.AwsAutoConfiguration;
import io.awspring.cloud.autoconfigure.core.CredentialsProviderAutoConfiguration;
import io.awspring.cloud.autoconfigure.core.RegionProviderAutoConfiguration;
import io.awspring.cloud.autoconfigure.dynamodb.DynamoDbAutoConfiguration;
import io.onlyonce.engine.ConsumerEngine;
import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.Engine;
import io.onlyonce.engine.FakeEngine;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class OnlyoncePollingAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CredentialsProviderAutoConfiguration.class,
                    RegionProviderAutoConfiguration.class,
                    AwsAutoConfiguration.class,
                    DynamoDbAutoConfiguration.class,
                    OnlyonceAutoConfiguration.class,
                    OnlyoncePollingAutoConfiguration.class))
            .withPropertyValues(
                    "spring.application.name=billing",
                    "spring.cloud.aws.region.static=eu-central-1",
                    "onlyonce.streams.orders=",
                    "onlyonce.enabled=false");

    @Test
    void pollingIsTheDefault() {
        runner.run(context -> {
            assertThat(context).hasSingleBean(ConsumerEngine.class);
            assertThat(context.getBean(Engine.class).name()).isEqualTo("polling");
        });
    }

    @Test
    void engineThatIsSwitchedOffTouchesNothingAndReportsItsTables() {
        runner.run(context -> {
            var status = context.getBean(Engine.class).status();
            assertThat(status.role()).isEqualTo(Role.STOPPED);
            assertThat(status.tables()).extracting(table -> table.table()).containsExactly("orders");
        });
    }

    @Test
    void engineOfTheApplicationIsUsed() {
        runner.withBean(FakeEngine.class, () -> new FakeEngine("orders"))
                .run(context -> assertThat(context.getBean(Engine.class)).isInstanceOf(FakeEngine.class));
    }

    @Test
    void anotherEngineIsNotReplacedByPolling() {
        runner.withPropertyValues("onlyonce.engine=kcl").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(OnlyoncePropertiesException.class)
                .hasMessageContaining("onlyonce.engine = 'kcl'"));
    }
}
