package io.onlyonce.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.onlyonce.autoconfigure.OnlyonceProperties.EngineChoice;
import io.onlyonce.autoconfigure.OnlyonceProperties.Http;
import io.onlyonce.autoconfigure.OnlyonceProperties.OnGap;
import io.onlyonce.autoconfigure.OnlyonceProperties.Stream;
import io.onlyonce.engine.StartAt;
import io.onlyonce.forward.HttpSettings.Mode;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.Level;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

class OnlyoncePropertiesTests {

    private static final String ARN =
            "arn:aws:dynamodb:eu-central-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withUserConfiguration(Properties.class)
            .withPropertyValues("onlyonce.streams.orders.start-at=trim-horizon");

    @Test
    void defaultsAreThoseOfTheContract() {
        runner.run(context -> {
            var properties = context.getBean(OnlyonceProperties.class);
            assertThat(properties.consumer()).isNull();
            assertThat(properties.engine()).isEqualTo(EngineChoice.POLLING);
            assertThat(properties.enabled()).isTrue();
            assertThat(properties.streams())
                    .containsExactly(entry("orders", new Stream(null, StartAt.TRIM_HORIZON, "event-id")))
                    .containsValue(Stream.DEFAULT);
            assertThat(properties.polling().pageSize()).isEqualTo(1000);
            assertThat(properties.polling().minDelay()).isEqualTo(Duration.ofMillis(100));
            assertThat(properties.polling().maxDelay()).isEqualTo(Duration.ofSeconds(1));
            assertThat(properties.polling().leaseDuration()).isEqualTo(Duration.ofSeconds(10));
            assertThat(properties.delivery().concurrency()).isEqualTo(1);
            assertThat(properties.delivery().maxAttempts()).isEqualTo(5);
            assertThat(properties.delivery().initialBackoff()).isEqualTo(Duration.ofMillis(200));
            assertThat(properties.delivery().maxBackoff()).isEqualTo(Duration.ofSeconds(30));
            assertThat(properties.delivery().fatalExceptions()).isEmpty();
            assertThat(properties.delivery().onGap()).isEqualTo(OnGap.CONTINUE);
            assertThat(properties.ledger().retention()).isEqualTo(Duration.ofDays(7));
            assertThat(properties.ledger().claimTimeout()).isEqualTo(Duration.ofSeconds(60));
            assertThat(properties.tables().create()).isTrue();
            assertThat(properties.tables().ledger()).isEqualTo("onlyonce-ledger");
            assertThat(properties.tables().checkpoints()).isEqualTo("onlyonce-checkpoints");
            assertThat(properties.tables().quarantine()).isEqualTo("onlyonce-quarantine");
            assertThat(properties.forward()).isEmpty();
        });
    }

    @Test
    void everyPropertyIsRead() {
        runner.withPropertyValues(
                        "onlyonce.consumer=billing",
                        "onlyonce.engine=kcl",
                        "onlyonce.enabled=false",
                        "onlyonce.streams.orders.stream-arn=" + ARN,
                        "onlyonce.streams.orders.start-at=latest",
                        "onlyonce.streams.orders.key=item-key",
                        "onlyonce.delivery.fatal-exceptions=java.io.IOException,java.lang.IllegalStateException",
                        "onlyonce.delivery.on-gap=stop",
                        "onlyonce.tables.prefix=acme",
                        "onlyonce.tables.create=false",
                        "onlyonce.forward.audit.table=orders",
                        "onlyonce.forward.audit.log=info")
                .run(context -> {
                    var properties = context.getBean(OnlyonceProperties.class);
                    assertThat(properties.consumer()).isEqualTo("billing");
                    assertThat(properties.engine()).isEqualTo(EngineChoice.KCL);
                    assertThat(properties.enabled()).isFalse();
                    assertThat(properties.streams())
                            .containsExactly(entry("orders", new Stream(ARN, StartAt.LATEST, "item-key")));
                    assertThat(properties.delivery().fatalExceptions())
                            .containsExactly(IOException.class, IllegalStateException.class);
                    assertThat(properties.delivery().onGap()).isEqualTo(OnGap.STOP);
                    assertThat(properties.tables().ledger()).isEqualTo("acme-ledger");
                    assertThat(properties.tables().create()).isFalse();
                    assertThat(properties.forward().get("audit").table()).isEqualTo("orders");
                    assertThat(properties.forward().get("audit").log()).isEqualTo(Level.INFO);
                    assertThat(properties.forward().get("audit").http()).isNull();
                });
    }

    @Test
    void everyPropertyOfAReceiverIsReadAndNothingSecretIsShown() {
        receiver(
                        "filter=status == 'PAID'",
                        "http.headers.Authorization=Bearer hidden",
                        "http.timeout=3s",
                        "http.secret=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                        "http.already-processed=410",
                        "http.mode=structured")
                .run(context -> {
                    var forward =
                            context.getBean(OnlyonceProperties.class).forward().get("receipts");
                    assertThat(forward.filter()).isEqualTo("status == 'PAID'");
                    assertThat(forward.http())
                            .isEqualTo(new Http(
                                    "https://example.com/items",
                                    Map.of("Authorization", "Bearer hidden"),
                                    Duration.ofSeconds(3),
                                    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                    410,
                                    Mode.STRUCTURED));
                    assertThat(context.getBean(OnlyonceProperties.class).toString())
                            .doesNotContain("hidden")
                            .doesNotContain("whsec_")
                            .doesNotContain("example.com");
                });
    }

    @Test
    void defaultsOfAReceiver() {
        receiver().run(context -> assertThat(context.getBean(OnlyonceProperties.class)
                        .forward()
                        .get("receipts")
                        .http())
                .isEqualTo(new Http(
                        "https://example.com/items", Map.of(), Duration.ofSeconds(10), null, 409, Mode.BINARY)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            log                   | info                     | ''                      | Keep one
            sqs.queue             | receipts                 | ''                      | Keep one
            filter                | status ==                | .filter                 | true or false
            filter                | status = 'PAID'          | .filter                 | Use == to compare
            filter                | total > 10 and paid = true | .filter               | Use == to compare
            filter                | order-status == 'PAID'   | .filter                 | ['order-status']
            sqs                   | hidden                   | .sqs                    | Known under onlyonce.forward.receipts.sqs: queue.
            filter                | total++ > 10             | .filter                 | Use == to compare
            filter                | T(java.lang.Math).abs(total) > 10 | .filter        | true or false
            filter                | "status == 'PAID'"       | .filter                 | remove quotes
            http.url              | ''                       | .http.url               | absolute
            http.url              | /items                   | .http.url               | http or https
            http.url              | ftp://example.com        | .http.url               | http or https
            http.url              | https:///items           | .http.url               | http or https
            http.url              | https://exa mple.com     | .http.url               | is not a URL
            http.url              | https://me:hidden@a.com  | .http.url               | headers.Authorization
            http.timeout          | 0s                       | .http.timeout           | above zero
            http.timeout          | 60s                      | .http.timeout           | onlyonce.ledger.claim-timeout
            http.secret           | whsec_hidden*            | .http.secret            | openssl
            http.secret           | hidden                   | .http.secret            | openssl
            http.secret           | ${RECEIPTS_SECRET_THAT_NOBODY_SETS} | .http.secret | Set that
            http.headers.Authorization | Bearer ${TOKEN_THAT_NOBODY_SETS} | .http.headers[Authorization] | Set that
            http.already-processed| 200                      | .http.already-processed | 400 to 499
            http.already-processed| 429                      | .http.already-processed | 400 to 499
            http.headers.Host     | hidden                   | .http.headers[Host]     | Remove it
            http.headers.ce-id    | hidden                   | .http.headers.ce-id     | Remove it
            http.headers.X-A      | hidden\u00fc            | .http.headers[X-A]      | printable ASCII
            """)
    void badReceiverIsRefusedWithItsNameAndTheRemedy(String setting, String value, String property, String remedy) {
        receiver(setting + "=" + value).run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(OnlyoncePropertiesException.class)
                .hasMessageContaining("onlyonce.forward.receipts" + property)
                .hasMessageContaining(remedy)
                .satisfies(failure -> assertThat(failure.getMessage()).doesNotContain("hidden")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            sqs.queue                | receipts
            sqs.queue                | receipts.fifo
            sqs.queue                | https://sqs.eu-central-1.amazonaws.com/123456789012/receipts
            sqs.queue                | http://localhost:9324/000000000000/receipts.fifo
            sns.topic                | arn:aws:sns:eu-central-1:123456789012:receipts
            sns.topic                | arn:aws-cn:sns:cn-north-1:123456789012:receipts.fifo
            event-bridge.bus         | default
            event-bridge.bus         | arn:aws:events:eu-central-1:123456789012:event-bus/orders
            """)
    void targetOfAwsIsAccepted(String setting, String value) {
        runner.withPropertyValues(
                        "onlyonce.forward.receipts.table=orders", "onlyonce.forward.receipts." + setting + "=" + value)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            sqs.queue                | ''                                             | is missing
            sqs.queue                | arn:aws:sqs:eu-central-1:123456789012:receipts | queue's URL
            sqs.queue                | receipts.fifo.x                                | queue's URL
            sqs.queue                | https://sqs.eu-central-1.amazonaws.com         | queue's URL
            sqs.queue                | https://me:hidden@example.com/1/receipts       | queue's URL
            sqs.queue                | ftp://example.com/1/receipts                   | queue's URL
            sns.topic                | ''                                             | is missing
            sns.topic                | receipts                                       | topic's ARN
            sns.topic                | arn:aws:sqs:eu-central-1:123456789012:receipts | topic's ARN
            event-bridge.bus         | ''                                             | is missing
            event-bridge.bus         | my bus                                         | name of an event bus
            event-bridge.detail-type | ''                                             | 1 to 128 characters
            """)
    void badTargetOfAwsIsRefusedWithItsNameAndTheRemedy(String setting, String value, String remedy) {
        runner.withPropertyValues(
                        "onlyonce.forward.receipts.table=orders", "onlyonce.forward.receipts." + setting + "=" + value)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(OnlyoncePropertiesException.class)
                        .hasMessageContaining("onlyonce.forward.receipts." + setting)
                        .hasMessageContaining(remedy)
                        .satisfies(failure -> assertThat(failure.getMessage()).doesNotContain("hidden")));
    }

    private ApplicationContextRunner receiver(String... settings) {
        return runner.withPropertyValues(
                        "onlyonce.forward.receipts.table=orders",
                        "onlyonce.forward.receipts.http.url=https://example.com/items")
                .withPropertyValues(Arrays.stream(settings)
                        .map(setting -> "onlyonce.forward.receipts." + setting)
                        .toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            onlyonce.polling.page-size           | 0            | 1 to 1000
            onlyonce.polling.page-size           | 1001         | 1 to 1000
            onlyonce.polling.min-delay           | 0ms          | above zero
            onlyonce.polling.min-delay           | 2s           | onlyonce.polling.max-delay
            onlyonce.polling.max-delay           | 6m           | at most 5m
            onlyonce.polling.lease-duration      | 1s           | at least 2s
            onlyonce.delivery.concurrency        | 0            | 1 to 100
            onlyonce.delivery.concurrency        | 101          | 1 to 100
            onlyonce.backfill.rate               | 0            | at least 1
            onlyonce.backfill.segments           | 0            | 1 to 32
            onlyonce.backfill.segments           | 33           | 1 to 32
            onlyonce.delivery.max-attempts       | 0            | at least 1
            onlyonce.delivery.initial-backoff    | -1s          | above zero
            onlyonce.delivery.initial-backoff    | 31s          | onlyonce.delivery.max-backoff
            onlyonce.delivery.fatal-exceptions   | java.lang.String | exception
            onlyonce.ledger.retention            | 24h          | at least 25h
            onlyonce.ledger.claim-timeout        | 0s           | at least 1s
            onlyonce.ledger.claim-timeout        | 999ms        | at least 1s
            onlyonce.ledger.claim-timeout        | 30s          | onlyonce.delivery.max-backoff
            onlyonce.delivery.max-backoff        | 60s          | onlyonce.ledger.claim-timeout
            onlyonce.tables.prefix               | a/b          | letters
            onlyonce.streams.orders.stream-arn   | orders       | describe-table
            onlyonce.streams.orders.stream-arn   | arn:aws:dynamodb:eu-central-1:123456789012:table/orders | describe-table
            onlyonce.streams.orders.stream-arn   | arn:aws:dynamodb:eu-central-1:123456789012:table/users/stream/1 | 'users'
            onlyonce.streams.orders.key          | id +         | event-id, item-key
            onlyonce.streams.orders.key          | ''           | event-id, item-key
            onlyonce.streams.orders.key          | itemkey      | Did you mean item-key?
            onlyonce.streams.orders.key          | item_key     | Did you mean item-key?
            onlyonce.streams.orders.key          | ITEM-KEY     | Did you mean item-key?
            onlyonce.streams.orders.key          | "item-key"   | Did you mean item-key?
            onlyonce.streams.orders.key          | eventId      | Did you mean event-id? An attribute of that name is written ['eventId']
            onlyonce.streams.orders.key          | item-kye     | Use event-id, item-key, or
            onlyonce.streams.orders.key          | order-id     | ['order-id']
            onlyonce.streams.orders.key          | [order-id] + '/a-b' | ['order-id']
            onlyonce.streams.orders.key          | number = 1   | Use == to compare
            onlyonce.streams.orders.key          | "orders"     | Name an attribute of the item
            onlyonce.streams.orders.key          | new String(number) | expression over the new image
            onlyonce.forward.audit.table         | users        | orders
            """)
    void badValueIsRefusedWithItsNameAndTheRemedy(String property, String value, String remedy) {
        runner.withPropertyValues(property + "=" + value).run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(OnlyoncePropertiesException.class)
                .hasMessageContaining(property)
                .hasMessageContaining(remedy));
    }

    @Test
    void badValueIsShown() {
        runner.withPropertyValues("onlyonce.ledger.retention=90m").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessage(
                        "onlyonce.ledger.retention = '1h30m' is too short, because a record may be read again for 24"
                                + " hours. Use at least 25h."));
    }

    @Test
    void everyBadValueIsReportedAtOnce() {
        runner.withPropertyValues("onlyonce.polling.page-size=0", "onlyonce.ledger.retention=1h")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("onlyonce.polling.page-size")
                        .hasMessageContaining("onlyonce.ledger.retention"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"onlyonce.forward.audit.table=orders", "onlyonce.forward.audit.log=info"})
    void forwardNeedsATableAndATarget(String property) {
        runner.withPropertyValues(property).run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(OnlyoncePropertiesException.class)
                .hasMessageContaining("onlyonce.forward.audit"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "arn:aws:dynamodb:eu-central-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000",
                "arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000",
                "arn:aws:dynamodb:ddblocal:000000000000:table/orders/stream/2026-01-01T00:00:00.000"
            })
    void streamArnOfAnyPartitionIsAccepted(String arn) {
        runner.withPropertyValues("onlyonce.streams.orders.stream-arn=" + arn)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[customer] + '/' + [number]",
                "number",
                "total - discount",
                "customer + 'a-b' + \"c-d\"",
                "['event-id']",
                "eventid + ''",
                "#root.size()",
                "customer.id.toLowerCase()",
                "status == 'PAID' ? number : customer"
            })
    void expressionOverTheNewImageIsAccepted(String key) {
        runner.withPropertyValues("onlyonce.streams.orders.key=" + key)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void tableThatOnlyonceWritesToIsRefused() {
        runner.withPropertyValues("onlyonce.streams.acme-ledger.start-at=latest", "onlyonce.tables.prefix=acme")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining(
                                "onlyonce.streams.acme-ledger is one of the tables that Onlyonce writes to"));
    }

    @Test
    void nameThatNoTableCanHaveIsRefused() {
        runner.withPropertyValues("onlyonce.streams[my orders].start-at=latest").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("onlyonce.streams[my orders]"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            onlyonce.engine                    | kinesis | Use one of polling, kcl.
            onlyonce.streams.orders.start-at   | now     | Use one of trim-horizon, latest.
            onlyonce.forward.audit.log         | loud    | Use one of error, warn, info, debug, trace.
            """)
    void valueThatIsNoneOfAFewIsRefusedWithTheChoices(String property, String value, String choices) {
        runner.withPropertyValues(property + "=" + value)
                .run(context -> assertThat(FailureAnalyses.of(context.getStartupFailure()))
                        .returns(property + ": " + choices, FailureAnalysis::getAction)
                        .extracting(FailureAnalysis::getDescription, InstanceOfAssertFactories.STRING)
                        .contains("Property: " + property, "Value: \"" + value + "\""));
    }

    @Test
    void misspeltPropertyIsRefused() {
        runner.withPropertyValues("onlyonce.polling.pagesize2=1").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("onlyonce.polling.pagesize2"));
    }

    @Test
    void fatalExceptionThatDoesNotExistIsRefused() {
        runner.withPropertyValues("onlyonce.delivery.fatal-exceptions=com.acme.Gone")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("com.acme.Gone"));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(OnlyonceProperties.class)
    @Import(OnlyoncePropertiesBindHandlerAdvisor.class)
    static class Properties {}
}
