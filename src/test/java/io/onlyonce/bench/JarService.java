package io.onlyonce.bench;

import io.onlyonce.ExecutableJar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** The executable jar in a process of its own, so that its threads, memory and time of the processor are those of nobody else. */
final class JarService implements AutoCloseable {

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");
    private static final Duration LONG = Duration.ofMinutes(15);

    private final HttpClient client = HttpClient.newHttpClient();
    private final Path log;
    private final Process process;
    private final URI actuator;

    /** What a path answered with, and how soon. */
    record Answer(String body, double millis) {}

    private JarService(Path log, Process process) {
        this.log = log;
        this.process = process;
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        await(() -> PORT.matcher(output()).find());
        var port = PORT.matcher(output());
        port.find();
        this.actuator = URI.create("http://localhost:" + port.group(1) + "/actuator/");
    }

    /** Starts one and waits for its port; what it prints goes to {@code target/bench/<name>.log}. */
    static JarService start(String name, List<String> jvmOptions, List<String> arguments) {
        try {
            Path log = Path.of("target", "bench", name + ".log");
            var command = ExecutableJar.java(jvmOptions.toArray(String[]::new));
            command.addAll(List.of("-jar", ExecutableJar.path().toString()));
            command.addAll(arguments);
            Files.createDirectories(log.getParent());
            return new JarService(
                    log,
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits; fails if the process ends before. */
    void await(BooleanSupplier condition) {
        Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(100)).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("It ended: see " + log);
            }
            return condition.getAsBoolean();
        });
    }

    long pid() {
        return process.pid();
    }

    String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Answer get(String path) {
        try {
            long begin = System.nanoTime();
            var answer =
                    client.send(HttpRequest.newBuilder(actuator.resolve(path)).build(), BodyHandlers.ofString());
            double millis = (System.nanoTime() - begin) / 1e6;
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(path + " answered " + answer.statusCode());
            }
            return new Answer(answer.body(), millis);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    Exposition metrics() {
        return new Exposition(get("prometheus").body());
    }

    /** Collects garbage and answers what is left, in MB. */
    double heapAfterGc() {
        try {
            for (int i = 0; i < 2; i++) {
                new ProcessBuilder(ExecutableJar.tool("jcmd"), Long.toString(pid()), "GC.run")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
            }
            return metrics().sum("jvm_memory_used_bytes", "area=\"heap\"") / (1024 * 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
