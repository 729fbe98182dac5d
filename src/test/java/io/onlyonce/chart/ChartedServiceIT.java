package io.onlyonce.chart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import io.onlyonce.ExecutableJar;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.forward.Receiver;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The jar that is built runs with the configuration and the variables that the chart makes, and with those of docker-compose.yml. */
class ChartedServiceIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final String table = local.createTableWithStream("Charted.Orders_");
    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    private Path log;
    private Process service;
    private int port;

    @BeforeEach
    void choosePort() throws IOException {
        log = directory.resolve("service.log");
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (service != null) {
            service.destroy();
            assertThat(service.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void serviceRunsWithWhatTheChartMounts() throws Exception {
        var manifests = HelmChart.renderOnly(
                """
                config:
                  server: {port: %d}
                  spring: {cloud: {aws: {region: {static: eu-central-1}, dynamodb: {endpoint: "%s"}}}}
                  onlyonce:
                    streams: {"%s": {}}
                    forward: {audit: {table: "%s", log: info}}
                    tables: {prefix: %s}
                configSecrets: [aws]
                """
                        .formatted(port, local.endpoint(), table, table, LocalDynamoDb.uniqueName("charted")));
        start(mount(manifests, Map.of()));

        awaitItemToBeForwarded();
        assertThat(get("/actuator/streams/" + table)).contains("\"status\":\"running\"");
        assertThat(Files.readAllLines(log).stream().filter(line -> line.contains("New item in")))
                .singleElement()
                .satisfies(line -> {
                    assertThat(JsonPath.<String>read(line, "$.message")).contains(table);
                    assertThat(JsonPath.<String>read(line, "$.service.name")).isEqualTo("onlyonce");
                    assertThat(JsonPath.<String>read(line, "$.log.logger")).isEqualTo("io.onlyonce.forward.audit");
                });
    }

    @Test
    void itemsArriveAtAnHttpEndpointByTheChartsValuesAlone() throws Exception {
        try (var receiver = new Receiver()) {
            var manifests = HelmChart.renderOnly(
                    """
                    config:
                      server: {port: %d}
                      spring: {cloud: {aws: {region: {static: eu-central-1}, dynamodb: {endpoint: "%s"}}}}
                      onlyonce:
                        streams: {"%s": {key: item-key}}
                        tables: {prefix: %s}
                        forward:
                          receipts:
                            table: "%s"
                            filter: status == 'PAID'
                            http:
                              url: "%s"
                              secret:
                                secretKeyRef: {name: receipts, key: signing}
                              headers:
                                Authorization:
                                  secretKeyRef: {name: receipts, key: token}
                    configSecrets: [aws]
                    """
                            .formatted(
                                    port,
                                    local.endpoint(),
                                    table,
                                    LocalDynamoDb.uniqueName("charted"),
                                    table,
                                    receiver.uri()));
            put("a", "PAID");
            put("b", "OPEN");
            put("c", "PAID");

            start(mount(
                    manifests,
                    Map.of(
                            "receipts/signing", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                            "receipts/token", "Bearer of the test")));

            await().atMost(PATIENCE).untilAsserted(() -> assertThat(receiver.messages())
                    .extracting(message -> message.header("ce-subject"))
                    .containsExactlyInAnyOrder("id=S:a", "id=S:c"));
            assertThat(receiver.messages()).allSatisfy(message -> {
                assertThat(new String(message.body(), UTF_8)).contains("\"status\":\"PAID\"");
                assertThat(message.header("Idempotency-Key")).isNotBlank();
                assertThat(message.header("webhook-signature")).startsWith("v1,");
                assertThat(message.header("Authorization")).isEqualTo("Bearer of the test");
            });
            assertThat(Files.readString(log)).doesNotContain("Bearer of the test", "whsec_");
        }
    }

    /** Does what Kubernetes does with the manifests: files for the ConfigMap and the Secret, variables for the process. */
    private Map<String, String> mount(List<Manifest> manifests, Map<String, String> secretKeys) throws IOException {
        Path config = Files.createDirectories(directory.resolve("config"));
        Files.writeString(
                config.resolve("application.yaml"),
                Manifest.only(manifests, "ConfigMap").read("$.data['application.yaml']"));
        Path secrets = Files.createDirectories(directory.resolve("secrets").resolve("aws"));
        Files.writeString(secrets.resolve("spring.cloud.aws.credentials.access-key"), "local");
        Files.writeString(secrets.resolve("spring.cloud.aws.credentials.secret-key"), "local");
        var environment = new HashMap<String, String>();
        List<Map<String, Object>> variables =
                Manifest.only(manifests, "Deployment").read("$.spec.template.spec.containers[0].env");
        variables.forEach(variable -> environment.put(
                (String) variable.get("name"),
                variable.containsKey("value")
                        ? ((String) variable.get("value"))
                                .replace("/etc/onlyonce-secrets/", directory.resolve("secrets") + "/")
                                .replace("/etc/onlyonce/", config + "/")
                        : secretKeys.get(JsonPath.<String>read(variable, "$.valueFrom.secretKeyRef.name") + "/"
                                + JsonPath.<String>read(variable, "$.valueFrom.secretKeyRef.key"))));
        assertThat(environment).containsKey("SPRING_CONFIG_ADDITIONAL_LOCATION");
        return environment;
    }

    @Test
    void serviceRunsWithTheVariablesOfDockerCompose() throws Exception {
        Map<String, Object> compose = HelmChart.yaml().load(Files.readString(Path.of("docker-compose.yml")));
        Map<String, String> variables = JsonPath.read(compose, "$.services.onlyonce.environment");
        var environment = new HashMap<>(variables);
        // DynamoDB Local shows tables only to the access key that made them.
        environment.replaceAll((name, value) -> value.equals("test") ? "local" : value);
        environment.put("SPRING_CLOUD_AWS_DYNAMODB_ENDPOINT", local.endpoint().toString());
        environment.put("SERVER_PORT", Integer.toString(port));
        environment.put("ONLYONCE_TABLES_PREFIX", LocalDynamoDb.uniqueName("composed"));
        createOrders();

        start(environment);

        await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> assertThat(get("/actuator/streams/orders")).contains("\"status\":\"running\""));
    }

    private void createOrders() {
        var like = local.client()
                .describeTable(request -> request.tableName(table))
                .table();
        local.client().createTable(request -> request.tableName("orders")
                .attributeDefinitions(like.attributeDefinitions())
                .keySchema(like.keySchema())
                .billingMode(like.billingModeSummary().billingMode())
                .streamSpecification(like.streamSpecification()));
    }

    private void awaitItemToBeForwarded() {
        await().atMost(PATIENCE).ignoreExceptionsInstanceOf(IOException.class).untilAsserted(() -> assertThat(
                        get("/actuator/health/readiness"))
                .contains("\"status\":\"UP\""));
        put("a", "PAID");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Files.readString(log)).contains("New item in"));
    }

    private void put(String id, String status) {
        local.client().putItem(request -> request.tableName(table)
                .item(Map.of("id", AttributeValue.fromS(id), "status", AttributeValue.fromS(status))));
    }

    private void start(Map<String, String> environment) throws IOException {
        var builder = new ProcessBuilder(
                        ExecutableJar.java("-jar", ExecutableJar.path().toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        service = builder.start();
    }

    private String get(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .build();
        return client.send(request, BodyHandlers.ofString()).body();
    }
}
