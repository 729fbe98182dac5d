package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.chaos.ServiceProcess.Program;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Which classes a service loads that reads with the polling engine, although KCL is on its class path. */
class PollingClassesTests {

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final ChaosTables tables = ChaosTables.create(local);

    @Test
    void noneOfKclIsLoaded() throws Exception {
        local.client().putItem(put -> put.tableName(tables.source()).item(Map.of("id", AttributeValue.fromS("one"))));
        var program = new Program(ChaosService.class, tables.arguments(local.endpoint()));
        try (var service = ServiceProcess.start(tables.prefix(), program)) {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> local.client()
                                    .scan(scan -> scan.tableName(tables.outside()))
                                    .count()
                            > 0);

            assertThat(loadedClasses(service))
                    .anyMatch(name -> name.contains("io.onlyonce.polling.PollingEngine"))
                    .noneMatch(name -> name.contains("software.amazon.kinesis"))
                    .noneMatch(name -> name.contains("dynamodbv2.streamsadapter"))
                    .noneMatch(name -> name.contains("io.onlyonce.kcl"));
        }
    }

    private static List<String> loadedClasses(ServiceProcess service) throws Exception {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var process = new ProcessBuilder(jcmd, Long.toString(service.pid()), "VM.class_hierarchy")
                .redirectErrorStream(true)
                .start();
        var lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor()).as("%s", lines).isZero();
        return lines;
    }
}
