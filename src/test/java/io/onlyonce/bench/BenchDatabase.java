package io.onlyonce.bench;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.chaos.ServiceProcess;
import io.onlyonce.chaos.ServiceProcess.Program;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** DynamoDB Local in a process of its own, so that its work is not counted as that of those who call it, and a {@link DelayProxy} before it. */
final class BenchDatabase implements AutoCloseable {

    /** What a call within an AWS Region costs. */
    static final Duration DELAY = Duration.ofMillis(4);

    private static final Pattern READY = Pattern.compile("Listening on (\\S+) and (\\S+)");

    private final ServiceProcess process;
    private final URI near;
    private final URI far;

    private BenchDatabase(ServiceProcess process) {
        this.process = process;
        var ready = process.awaitOutput(READY, Duration.ofMinutes(2));
        this.near = URI.create(ready.group(1));
        this.far = URI.create(ready.group(2));
    }

    static BenchDatabase start() {
        return new BenchDatabase(ServiceProcess.start(
                "bench-database", new Program(BenchDatabase.class).on(List.of("-Xmx4g", "-XX:+UseParallelGC"))));
    }

    public static void main(String[] args) throws IOException {
        URI endpoint = LocalDynamoDb.shared().endpoint();
        System.out.println("Listening on " + endpoint + " and "
                + DelayProxy.start(endpoint, DELAY).uri());
    }

    /** Without a delay. */
    URI near() {
        return near;
    }

    /** With one. */
    URI far() {
        return far;
    }

    @Override
    public void close() {
        process.close();
    }
}
