package io.onlyonce.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** The service's defaults, and that whoever runs it has the last word. */
class ServiceSettingsTests {

    @TempDir
    private Path directory;

    @Test
    void defaultsApplyWhereNothingIsSaid() throws IOException {
        var environment = environment("", Map.of());
        assertThat(environment.getProperty("server.port")).isEqualTo("8080");
        assertThat(environment.getProperty("spring.application.name")).isEqualTo("onlyonce");
        assertThat(environment.getProperty("management.endpoints.access.max-permitted"))
                .isEqualTo("read-only");
        assertThat(environment.getProperty("spring.threads.virtual.enabled")).isEqualTo("true");
    }

    @Test
    void fileGoesBeforeDefaults() throws IOException {
        var environment = environment("server.port: 9001", Map.of());
        assertThat(environment.getProperty("server.port")).isEqualTo("9001");
        assertThat(environment.getProperty("spring.application.name")).isEqualTo("onlyonce");
    }

    @Test
    void environmentGoesBeforeFileAndArgumentsBeforeBoth() throws IOException {
        Map<String, Object> variables = Map.of("SERVER_PORT", "9002");
        assertThat(environment("server.port: 9001", variables).getProperty("server.port"))
                .isEqualTo("9002");
        assertThat(environment("server.port: 9001", variables, "--server.port=9003")
                        .getProperty("server.port"))
                .isEqualTo("9003");
    }

    @Test
    void writeAccessCanBePermitted() {
        try (var service = new RunningService("--management.endpoints.access.max-permitted=unrestricted")) {
            var paused = service.post("/actuator/streams/orders", "{\"action\": \"pause\"}");
            assertThat(paused.status()).isEqualTo(200);
            assertThat(paused.json("$.status")).isEqualTo("paused");
            var wrong = service.post("/actuator/streams/orders", "{\"action\": \"stop\"}");
            assertThat(wrong.status()).isEqualTo(400);
            assertThat(wrong.body()).contains("pause", "resume");
            assertThat(service.post("/actuator/streams/orders", "{}").status()).isEqualTo(400);
            assertThat(service.post("/actuator/streams/payments", "{\"action\": \"pause\"}")
                            .status())
                    .isEqualTo(404);
            var form = service.post("/actuator/streams/orders", "action=pause", "application/x-www-form-urlencoded");
            assertThat(form.status()).isEqualTo(415);
            assertThat(form.json("$.hint")).asString().contains("Content-Type: application/json");
            assertThat(service.engine().calls).containsExactly("start", "pause orders");
        }
    }

    @Test
    void actuatorCanMoveToAPortOfItsOwn() {
        try (var service = new RunningService("--management.server.port=0")) {
            assertThat(service.get("/actuator").status()).isEqualTo(404);
            assertThat(service.get("/actuator").json("$.hint")).asString().contains("management.server.port");
        }
    }

    @Test
    void serviceRunsWithoutWebServer() {
        SpringApplication application = OnlyonceApplication.application(RunningService.Fake.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        try (var context =
                application.run("--spring.cloud.aws.region.static=eu-central-1", "--onlyonce.streams.orders=")) {
            assertThat(context.isRunning()).isTrue();
        }
    }

    private Environment environment(String yaml, Map<String, Object> variables, String... arguments)
            throws IOException {
        Path file = Files.writeString(directory.resolve("application.yaml"), yaml);
        var environment = new StandardEnvironment();
        String name = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
        environment.getPropertySources().replace(name, new SystemEnvironmentPropertySource(name, variables));
        System.setProperty("spring.config.additional-location", file.toUri().toString());
        SpringApplication application = OnlyonceApplication.application(RunningService.Fake.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setEnvironment(environment);
        try (var context = application.run(withRegion(arguments))) {
            return context.getEnvironment();
        } finally {
            System.clearProperty("spring.config.additional-location");
        }
    }

    private static String[] withRegion(String... arguments) {
        return Stream.concat(
                        Stream.of("--spring.cloud.aws.region.static=eu-central-1", "--onlyonce.streams.orders="),
                        Stream.of(arguments))
                .toArray(String[]::new);
    }
}
