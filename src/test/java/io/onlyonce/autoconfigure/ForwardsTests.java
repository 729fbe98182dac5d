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
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.support.AbstractApplicationContext;

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
}
