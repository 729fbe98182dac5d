package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.chaos.ServiceProcess.Program;
import io.onlyonce.kcl.PlainKcl;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * How soon a process that reads with KCL handles its first record, and how soon another one goes on after it was killed. Prints the times. Those of KCL's own defaults take minutes, so they are measured on demand:
 *
 * <pre>{@code
 * ./mvnw test -Dtest=KclTimesIT -Dkcl.defaults=true
 * }</pre>
 */
class KclTimesIT {

    private static final Pattern STARTED = Pattern.compile("Started .* in .* seconds");

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final ChaosTables tables = ChaosTables.create(local);

    /**
     * What was measured.
     *
     * @param start of a process until KCL is started
     * @param first from there to the first record; nothing had been there before, no lease and no table of KCL
     * @param takeover from the death of the process that had the shard, and led, to the first record that another one handles
     * @param restart from the start of a process to its first record, when the last one has died ten seconds before
     */
    private record Times(Duration start, Duration first, Duration takeover, Duration restart) {}

    @Test
    void ours() {
        var times = measure(
                "ours",
                name -> new Program(ChaosService.class, tables.arguments(local.endpoint(), "--onlyonce.engine=kcl")));

        assertThat(times.first()).isLessThan(Duration.ofSeconds(30));
        assertThat(times.takeover()).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    @EnabledIfSystemProperty(named = "kcl.defaults", matches = "true")
    void defaultsOfKcl() {
        measure(
                "defaults of KCL",
                name -> new Program(
                        PlainKcl.class,
                        local.endpoint().toString(),
                        tables.source(),
                        tables.outside(),
                        tables.prefix(),
                        name));
    }

    /** The first process also leads, so that its death is the worst case. */
    private Times measure(String what, Function<String, Program> program) {
        write("cold");
        long begin = System.nanoTime();
        try (var first = ServiceProcess.start(tables.prefix() + "-first", program.apply("first"))) {
            first.awaitOutput(STARTED, Duration.ofMinutes(2));
            var start = since(begin);
            var toFirst = untilHandled("cold", begin).minus(start);
            try (var second = ServiceProcess.start(tables.prefix() + "-second", program.apply("second"))) {
                second.awaitOutput(STARTED, Duration.ofMinutes(1));
                // Long enough for the second one to be known to the first.
                Awaitility.await()
                        .pollDelay(Duration.ofSeconds(10))
                        .atMost(Duration.ofMinutes(1))
                        .until(() -> true);
                first.kill9();
                begin = System.nanoTime();
                write("takeover");
                var takeover = untilHandled("takeover", begin);
                second.kill9();
                Awaitility.await()
                        .pollDelay(Duration.ofSeconds(10))
                        .atMost(Duration.ofMinutes(1))
                        .until(() -> true);
                write("restart");
                begin = System.nanoTime();
                first.start();
                var times = new Times(start, toFirst, takeover, untilHandled("restart", begin));
                System.out.printf("KCL, %s: %s%n", what, times);
                return times;
            }
        }
    }

    private void write(String id) {
        local.client().putItem(put -> put.tableName(tables.source()).item(Map.of("id", AttributeValue.fromS(id))));
    }

    private Duration untilHandled(String id, long begin) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(6))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> local.client()
                                .query(query -> query.tableName(tables.outside())
                                        .keyConditionExpression("id = :id")
                                        .expressionAttributeValues(Map.of(":id", AttributeValue.fromS(id))))
                                .count()
                        > 0);
        return since(begin);
    }

    private static Duration since(long begin) {
        return Duration.ofMillis((System.nanoTime() - begin) / 1_000_000);
    }
}
