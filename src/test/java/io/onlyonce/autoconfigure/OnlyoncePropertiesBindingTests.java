package io.onlyonce.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

import io.onlyonce.autoconfigure.OnlyonceProperties.Stream;
import io.onlyonce.engine.StartAt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** How a table's name, which may hold dots, dashes, underscores and capitals, is written in each kind of property source. */
@ExtendWith(OutputCaptureExtension.class)
class OnlyoncePropertiesBindingTests {

    private static final String ANY_NAME = "my.Table_x-Y";
    private static final Stream LATEST = new Stream(null, StartAt.LATEST, "event-id");

    @TempDir
    private Path directory;

    @Test
    void nameInBracketsIsTakenAsItIsInYaml() {
        assertThat(
                        yaml(
                                """
                onlyonce:
                  streams:
                    "[my.Table_x-Y]":
                      start-at: latest
                """))
                .containsExactly(entry(ANY_NAME, LATEST));
    }

    @Test
    void nameInBracketsIsTakenAsItIsInProperties() {
        assertThat(properties("onlyonce.streams[my.Table_x-Y].start-at=latest"))
                .containsExactly(entry(ANY_NAME, LATEST));
    }

    @Test
    void nameInBracketsIsTakenAsItIsInArguments() {
        assertThat(bind("properties", "", Map.of(), "--onlyonce.streams[my.Table_x-Y].start-at=latest"))
                .containsExactly(entry(ANY_NAME, LATEST));
    }

    @Test
    void nameInBracketsIsTakenAsItIsInJsonFromTheEnvironment() {
        assertThat(
                        environment(
                                Map.of(
                                        "SPRING_APPLICATION_JSON",
                                        """
                        {"onlyonce": {"streams": {"[my.Table_x-Y]": {"start-at": "latest"}}}}""")))
                .containsExactly(entry(ANY_NAME, LATEST));
    }

    @Test
    void nameWithoutDotNeedsNoBracketsInFiles() {
        assertThat(
                        yaml(
                                """
                onlyonce:
                  streams:
                    My_Table-x:
                      start-at: latest
                """))
                .containsExactly(entry("My_Table-x", LATEST));
        assertThat(properties("onlyonce.streams.My_Table-x.start-at=latest"))
                .containsExactly(entry("My_Table-x", LATEST));
    }

    @Test
    void dotWithoutBracketsIsRefused() {
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> properties("onlyonce.streams.my.table.start-at=latest"))
                .havingRootCause()
                .withMessageContaining("onlyonce.streams.my.table.start-at");
    }

    @Test
    void environmentVariableReachesNamesOfLowerCaseLettersAndDigits() {
        assertThat(environment(Map.of("ONLYONCE_STREAMS_ORDERS2_STARTAT", "latest")))
                .containsExactly(entry("orders2", LATEST));
        assertThat(environment(Map.of("ONLYONCE_STREAMS_ORDERS_START_AT", "latest")))
                .containsExactly(entry("orders", LATEST));
    }

    @Test
    void environmentVariableOverridesAFile() {
        assertThat(bind(
                        "properties",
                        "onlyonce.streams.orders.key=item-key",
                        Map.of("ONLYONCE_STREAMS_ORDERS_STARTAT", "latest")))
                .containsExactly(entry("orders", new Stream(null, StartAt.LATEST, "item-key")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            properties | onlyonce.streams.orders=
            yaml       | onlyonce.streams.orders:
            yaml       | onlyonce: {streams: {orders: }}
            yaml       | onlyonce: {streams: {"[orders]": ""}}
            properties | onlyonce.streams.orders.key=event-id
            """)
    void tableNeedsNoSetting(String format, String content) {
        assertThat(bind(format, content, Map.of())).containsExactly(entry("orders", Stream.DEFAULT));
    }

    @Test
    void tableNeedsNoSettingInTheEnvironment() {
        assertThat(environment(Map.of("ONLYONCE_STREAMS_ORDERS", ""))).containsExactly(entry("orders", Stream.DEFAULT));
        assertThat(environment(Map.of("SPRING_APPLICATION_JSON", "{\"onlyonce.streams.orders\": {}}")))
                .containsExactly(entry("orders", Stream.DEFAULT));
    }

    @Test
    void tableWithoutSettingTakesSettingsFromAnotherSource() {
        assertThat(bind("yaml", "onlyonce: {streams: {orders: }}", Map.of("ONLYONCE_STREAMS_ORDERS_STARTAT", "latest")))
                .containsExactly(entry("orders", LATEST));
    }

    /** Nobody can see that it was written: Spring's YAML reader drops it. */
    @ParameterizedTest
    @ValueSource(strings = {"onlyonce.enabled: true", "onlyonce.enabled: false"})
    void emptyMapInYamlNamesNoTableAndTheRemedySaysWhatDoes(String enabled) {
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(
                        () -> yaml(
                                enabled
                                        + """

                onlyonce.streams:
                  orders: {}
                onlyonce.forward.audit:
                  table: orders
                  log: info
                """))
                .havingRootCause()
                .isInstanceOf(OnlyoncePropertiesException.class)
                .withMessageContaining("onlyonce.streams.orders.key=event-id")
                .withMessageContaining("'orders:' with nothing behind it ('orders: {}' is dropped)");
    }

    @Test
    void keyThatYamlTakesForAListIsAnsweredWithTheQuotesItNeeds(CapturedOutput output) {
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> yaml("onlyonce: {streams: {orders: {key: ['order-id']}}}"));
        assertThat(output).contains("onlyonce.streams.orders.key[0]: It is written as a list.", "\"['order-id']\"");
        assertThat(yaml("onlyonce: {streams: {orders: {key: \"['order-id']\"}}}"))
                .containsExactly(entry("orders", new Stream(null, StartAt.TRIM_HORIZON, "['order-id']")));
    }

    @Test
    void valueInPlaceOfSettingsIsRefused() {
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> properties("onlyonce.streams.orders=latest"))
                .havingRootCause()
                .isInstanceOf(OnlyoncePropertiesException.class)
                .withMessageContaining("onlyonce.streams.orders = 'latest'");
    }

    @Test
    void variablesThatKubernetesSetsForAServiceOfOurNameAreIgnored() {
        assertThat(bind(
                        "properties",
                        "onlyonce.streams.orders=",
                        Map.of("ONLYONCE_PORT", "tcp://10.0.0.1:8080", "ONLYONCE_SERVICE_HOST", "10.0.0.1")))
                .containsOnlyKeys("orders");
    }

    @Test
    void failureShowsValueAndOrigin(CapturedOutput output) {
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> properties("onlyonce.streams[My.Orders].key=a +", "onlyonce.ledger.retention=1d"))
                .havingCause()
                .isInstanceOf(BindException.class);
        assertThat(output)
                .contains("Onlyonce cannot work with these properties:")
                .contains("Property: onlyonce.streams[My.Orders].key", "Value: \"a +\"", "application.properties] - 1:")
                .contains("Property: onlyonce.ledger.retention", "Value: \"1d\"", "application.properties] - 2:")
                .contains("onlyonce.ledger.retention: Use at least 25h.");
    }

    @Test
    void failureShowsNothingOfASecret(CapturedOutput output) {
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> properties(
                        "onlyonce.streams.orders=",
                        "onlyonce.forward.receipts.table=orders",
                        "onlyonce.forward.receipts.http.url=https://receipts.example.com/items",
                        "onlyonce.forward.receipts.http.secret=whsec_c2VjcmV0",
                        "onlyonce.forward.receipts.http.headers.Authorization=Bearer hidden${NOPE}"));
        assertThat(output)
                .contains("Property: onlyonce.forward.receipts.http.secret", "application.properties] - 4:")
                .contains("${NOPE}")
                .doesNotContain("c2VjcmV0", "hidden");
    }

    private Map<String, Stream> yaml(String content) {
        return bind("yaml", content, Map.of());
    }

    private Map<String, Stream> properties(String... lines) {
        return bind("properties", String.join("\n", lines), Map.of());
    }

    private Map<String, Stream> environment(Map<String, Object> variables) {
        return bind("properties", "", variables);
    }

    private Map<String, Stream> bind(
            String format, String content, Map<String, Object> variables, String... arguments) {
        Path file = write(directory.resolve("application." + format), content);
        var environment = new StandardEnvironment();
        String name = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
        environment.getPropertySources().replace(name, new SystemEnvironmentPropertySource(name, variables));
        var application = new SpringApplication(OnlyoncePropertiesTests.Properties.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setEnvironment(environment);
        application.setDefaultProperties(
                Map.of("spring.config.location", file.toUri().toString()));
        try (var context = application.run(arguments)) {
            return context.getBean(OnlyonceProperties.class).streams();
        }
    }

    private static Path write(Path file, String content) {
        try {
            return Files.writeString(file, content);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
