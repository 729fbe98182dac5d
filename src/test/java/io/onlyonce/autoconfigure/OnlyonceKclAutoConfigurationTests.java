package io.onlyonce.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.awspring.cloud.autoconfigure.core.AwsAutoConfiguration;
import io.awspring.cloud.autoconfigure.core.CredentialsProviderAutoConfiguration;
import io.awspring.cloud.autoconfigure.core.RegionProviderAutoConfiguration;
import io.awspring.cloud.autoconfigure.dynamodb.DynamoDbAutoConfiguration;
import io.onlyonce.engine.ConsumerEngine;
import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.Engine;
import io.onlyonce.engine.FakeEngine;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

class OnlyonceKclAutoConfigurationTests {

    private static final String KCL = "software.amazon.kinesis";
    private static final String ADAPTER = "com.amazonaws.services.dynamodbv2.streamsadapter";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CredentialsProviderAutoConfiguration.class,
                    RegionProviderAutoConfiguration.class,
                    AwsAutoConfiguration.class,
                    DynamoDbAutoConfiguration.class,
                    OnlyonceAutoConfiguration.class,
                    OnlyonceKclAutoConfiguration.class,
                    OnlyoncePollingAutoConfiguration.class))
            .withPropertyValues(
                    "spring.application.name=billing",
                    "spring.cloud.aws.region.static=eu-central-1",
                    "onlyonce.streams.orders=",
                    "onlyonce.enabled=false");

    private final ApplicationContextRunner kcl = runner.withPropertyValues("onlyonce.engine=kcl");

    @Test
    void engineIsTheOneThatThePropertyNames() {
        kcl.run(context -> {
            assertThat(context).hasSingleBean(ConsumerEngine.class);
            assertThat(context.getBean(Engine.class).name()).isEqualTo("kcl");
        });
    }

    @Test
    void withoutThePropertyNothingOfItIsThere() {
        runner.run(context -> {
            assertThat(context.getBean(Engine.class).name()).isEqualTo("polling");
            assertThat(context).doesNotHaveBean(DynamoDbAsyncClient.class);
        });
    }

    @Test
    void engineThatIsSwitchedOffTouchesNothingAndReportsItsTables() {
        kcl.run(context -> {
            var status = context.getBean(Engine.class).status();
            assertThat(status.role()).isEqualTo(Role.STOPPED);
            assertThat(status.tables()).extracting(table -> table.table()).containsExactly("orders");
        });
    }

    @Test
    void engineOfTheApplicationIsUsed() {
        kcl.withBean(FakeEngine.class, () -> new FakeEngine("orders"))
                .run(context -> assertThat(context.getBean(Engine.class)).isInstanceOf(FakeEngine.class));
    }

    @Test
    void propertiesOfSpringCloudAwsMoveItsClientToo() {
        kcl.withPropertyValues(
                        "spring.cloud.aws.dynamodb.endpoint=http://localhost:4566",
                        "spring.cloud.aws.dynamodb.region=eu-west-1")
                .run(context -> {
                    var leases = context.getBean(DynamoDbAsyncClient.class).serviceClientConfiguration();
                    assertThat(leases.endpointOverride()).contains(URI.create("http://localhost:4566"));
                    assertThat(leases.region()).isEqualTo(Region.EU_WEST_1);
                });
    }

    @Test
    void clientOfTheApplicationIsUsed() {
        DynamoDbAsyncClient own = mock();
        kcl.withBean(DynamoDbAsyncClient.class, () -> own)
                .run(context ->
                        assertThat(context.getBean(DynamoDbAsyncClient.class)).isSameAs(own));
    }

    @ParameterizedTest
    @ValueSource(strings = {KCL, ADAPTER})
    void whatIsMissingOnTheClassPathIsNamed(String absent) {
        kcl.withClassLoader(new FilteredClassLoader(absent)).run(context -> {
            assertThat(context).hasFailed();
            var analysis = FailureAnalyses.of(context.getStartupFailure());
            assertThat(analysis.getDescription()).contains("onlyonce.engine", "kcl", "not on the class path");
            assertThat(analysis.getAction())
                    .contains(
                            "com.amazonaws:dynamodb-streams-kinesis-adapter",
                            "software.amazon.kinesis:amazon-kinesis-client",
                            "onlyonce.engine=polling");
        });
    }

    @Test
    void pollingNeedsNeither() {
        runner.withClassLoader(new FilteredClassLoader(KCL, ADAPTER))
                .run(context -> assertThat(context.getBean(Engine.class).name()).isEqualTo("polling"));
    }
}
