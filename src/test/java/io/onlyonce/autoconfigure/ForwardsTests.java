package io.onlyonce.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.awspring.cloud.autoconfigure.core.AwsAutoConfiguration;
import io.awspring.cloud.autoconfigure.core.CredentialsProviderAutoConfiguration;
import io.awspring.cloud.autoconfigure.core.RegionProviderAutoConfiguration;
import io.awspring.cloud.autoconfigure.dynamodb.DynamoDbAutoConfiguration;
import io.onlyonce.engine.FakeEngine;
import io.onlyonce.forward.Forward;
import io.onlyonce.publication.ItemListener;
import io.onlyonce.publication.ItemListeners;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.support.AbstractApplicationContext;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;

class ForwardsTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CredentialsProviderAutoConfiguration.class,
                    RegionProviderAutoConfiguration.class,
                    AwsAutoConfiguration.class,
                    DynamoDbAutoConfiguration.class,
                    OnlyonceAutoConfiguration.class))
            .withBean(FakeEngine.class, () -> new FakeEngine("orders"))
            .withPropertyValues(
                    "spring.application.name=billing",
                    "spring.cloud.aws.region.static=eu-central-1",
                    "onlyonce.streams.orders=",
                    "onlyonce.streams.users=");

    @Test
    void eachForwardIsAListenerOfItsTable() {
        runner.withPropertyValues(
                        "onlyonce.forward.receipts.table=orders",
                        "onlyonce.forward.receipts.http.url=https://example.com/items",
                        "onlyonce.forward.paid.table=orders",
                        "onlyonce.forward.paid.filter=status == 'PAID'",
                        "onlyonce.forward.paid.http.url=http://localhost:1/paid",
                        "onlyonce.forward.audit.table=users",
                        "onlyonce.forward.audit.log=info")
                .run(context -> {
                    var listeners = context.getBean(ItemListeners.class);
                    assertThat(listeners.forTable("orders"))
                            .extracting(ItemListener::id)
                            .containsExactlyInAnyOrder("forward.receipts", "forward.paid");
                    assertThat(listeners.forTable("users"))
                            .extracting(ItemListener::id)
                            .containsExactly("forward.audit");
                    assertThat(((AbstractApplicationContext) context.getSourceApplicationContext())
                                    .getApplicationListeners())
                            .filteredOn(Forward.class::isInstance)
                            .hasSize(3);
                });
    }

    @Test
    void targetsOfAwsUseTheClientsOfSpringCloudAws() {
        String endpoint = "http://localhost:4566";
        awsForwards()
                .withPropertyValues(
                        "spring.cloud.aws.credentials.access-key=local",
                        "spring.cloud.aws.credentials.secret-key=local",
                        "spring.cloud.aws.sqs.endpoint=" + endpoint,
                        "spring.cloud.aws.sqs.region=eu-west-1",
                        "spring.cloud.aws.sns.endpoint=" + endpoint,
                        "spring.cloud.aws.endpoint=" + endpoint)
                .run(context -> {
                    assertThat(context)
                            .hasSingleBean(SqsClient.class)
                            .hasSingleBean(SnsClient.class)
                            .hasSingleBean(EventBridgeClient.class);
                    assertThat(context.getBean(ItemListeners.class).forTable("orders"))
                            .extracting(ItemListener::id)
                            .containsExactlyInAnyOrder("forward.queued", "forward.published", "forward.put");
                    var sqs = context.getBean(SqsClient.class).serviceClientConfiguration();
                    assertThat(sqs.endpointOverride()).hasValue(URI.create(endpoint));
                    assertThat(sqs.region()).isEqualTo(Region.EU_WEST_1);
                    assertThat(context.getBean(EventBridgeClient.class)
                                    .serviceClientConfiguration()
                                    .endpointOverride())
                            .hasValue(URI.create(endpoint));
                    assertThat(context.getBean(SnsClient.class)
                                    .serviceClientConfiguration()
                                    .region())
                            .isEqualTo(Region.EU_CENTRAL_1);
                });
    }

    @Test
    void clientOfTheApplicationGoesBeforeOurs() {
        var own = SqsClient.builder().region(Region.EU_CENTRAL_1).build();
        awsForwards()
                .withBean("own", SqsClient.class, () -> own)
                .run(context -> assertThat(context).getBean(SqsClient.class).isSameAs(own));
    }

    @Test
    void noClientIsMadeThatNoForwardNeeds() {
        runner.withPropertyValues(
                        "onlyonce.forward.audit.table=users",
                        "onlyonce.forward.audit.log=info",
                        // Would stop the client from being made.
                        "spring.cloud.aws.sqs.endpoint=:")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            software.amazon.awssdk.services.sqs         | onlyonce.forward.queued.sqs       | software.amazon.awssdk:sqs
            software.amazon.awssdk.services.sns         | onlyonce.forward.published.sns    | software.amazon.awssdk:sns
            software.amazon.awssdk.services.eventbridge | onlyonce.forward.put.event-bridge | software.amazon.awssdk:eventbridge
            """)
    void clientThatIsNotOnTheClassPathIsNamed(String absent, String property, String artifact) {
        awsForwards().withClassLoader(new FilteredClassLoader(absent)).run(context -> assertThat(context)
                .getFailure()
                .isInstanceOf(OnlyoncePropertiesException.class)
                .hasMessageContaining(property)
                .hasMessageContaining("Add " + artifact));
    }

    private ApplicationContextRunner awsForwards() {
        return runner.withPropertyValues(
                "onlyonce.forward.queued.table=orders",
                "onlyonce.forward.queued.sqs.queue=receipts.fifo",
                "onlyonce.forward.published.table=orders",
                "onlyonce.forward.published.sns.topic=arn:aws:sns:eu-central-1:123456789012:receipts",
                "onlyonce.forward.put.table=orders",
                "onlyonce.forward.put.event-bridge.bus=default");
    }
}
