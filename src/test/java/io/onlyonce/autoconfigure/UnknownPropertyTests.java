package io.onlyonce.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindException;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A property that does not exist stops the start, and the message says which one was meant. */
@ExtendWith(OutputCaptureExtension.class)
class UnknownPropertyTests {

    @ParameterizedTest
    @CsvSource({
        "onlyonce.delivery.max-atempts, onlyonce.delivery.max-attempts",
        "onlyonce.delivery.maxAtempts, onlyonce.delivery.max-attempts",
        "onlyonce.dilivery.concurency, onlyonce.delivery.concurrency",
        "onlyonce.consumr, onlyonce.consumer",
        "onlyonce.streams.orders.kye, onlyonce.streams.orders.key",
        "onlyonce.streams[My.Orders].strat-at, onlyonce.streams[My.Orders].start-at",
        "onlyonce.stream.orders.key, onlyonce.streams.orders.key",
        "onlyonce.forward.receipts.http.uri, onlyonce.forward.receipts.http.url",
        "onlyonce.lease-duration, onlyonce.polling.lease-duration",
        "onlyonce.tables.retention, onlyonce.ledger.retention"
    })
    void theOneThatWasMeantIsNamed(String unknown, String meant, CapturedOutput output) {
        start("--" + unknown + "=3");
        assertThat(output)
                .contains("Onlyonce does not know these properties:")
                .contains("Property: ", "Origin: \"" + unknown + "\" from property source \"commandLineArgs\"")
                .contains(": Did you mean " + meant + "? Correct or remove it.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            onlyonce.ledger.colour         | Remove it. Known under onlyonce.ledger: retention, claim-timeout.
            onlyonce.forward.a.http.colour | Remove it. Known under onlyonce.forward.a.http: url, headers, timeout,
            onlyonce.colour                | Remove it. Known under onlyonce: consumer, engine, enabled, streams,
            onlyonce.streams.my.table.key  | If the table's name holds a dot, write it in brackets: onlyonce.streams[my.table].key.
            """)
    void whereNoneIsNearTheKnownOnesAreListed(String unknown, String remedy, CapturedOutput output) {
        start("--" + unknown + "=3");
        assertThat(output).contains(unknown + ": " + remedy);
    }

    @Test
    void knownOneWithoutAValueIsNotTakenForAnother(CapturedOutput output) {
        start("--onlyonce.streams.orders=", "--onlyonce.forward.audit.table=orders", "--onlyonce.forward.audit.log=");
        assertThat(output)
                .contains("onlyonce.forward.audit.log: It has no value. Give it one or remove it.")
                .doesNotContain("Did you mean");
    }

    /** Each of these lacks something as well because of the name: a target, a table, a value that is in range. */
    @ParameterizedTest
    @CsvSource({
        "onlyonce.forward.receipts.htp.url=https://example.com, onlyonce.forward.receipts.http.url",
        "onlyonce.forward.receipts.tabel=orders, onlyonce.forward.receipts.table",
        "onlyonce.ledger.claim-timout=60s, onlyonce.ledger.claim-timeout"
    })
    void theUnknownNameIsWhatIsSeenAndNotWhatIsMissing(String misspelt, String meant, CapturedOutput output) {
        start("--onlyonce.streams.orders=", "--onlyonce.ledger.claim-timeout=1s", "--" + misspelt);
        assertThat(output)
                .contains(": Did you mean " + meant + "? Correct or remove it.")
                .doesNotContain("Onlyonce cannot work with these properties");
    }

    @Test
    void valueIsNotShownBecauseItMayBeASecret(CapturedOutput output) {
        start(
                "--onlyonce.forward.receipts.http.secert=whsec_dG9wLXNlY3JldA",
                "--onlyonce.forward.receipts.table=orders",
                "--onlyonce.forward.receipts.log=info",
                "--onlyonce.streams.orders=");
        assertThat(output)
                .contains("onlyonce.forward.receipts.http.secert: Did you mean onlyonce.forward.receipts.http.secret?")
                .doesNotContain("whsec_");
    }

    private static void start(String... arguments) {
        var application = new SpringApplication(OnlyoncePropertiesTests.Properties.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setLogStartupInfo(false);
        assertThatExceptionOfType(ConfigurationPropertiesBindException.class)
                .isThrownBy(() -> application.run(arguments));
    }
}
