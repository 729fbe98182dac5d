package io.onlyonce.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A Java program in a process of its own that can be killed, paused and started again. What it prints goes to {@code target/services/<name>-<n>.log}, a file for each start. It ends with this process at the
 * latest. Not for use by several threads.
 */
public final class ServiceProcess implements AutoCloseable {

    /** For logs, and whatever else belongs to a process. */
    static final Path DIRECTORY = Path.of("target", "services");

    private static final Duration QUICK = Duration.ofSeconds(20);

    /** Quick to start rather than quick in the long run, and small. */
    private static final List<String> JVM_OPTIONS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xms32m", "-Xmx192m");

    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
    }

    private final String name;
    private final Program program;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private @Nullable Process process;
    private int starts;

    /**
     * What to run.
     *
     * @param code where the code is, as it stands on the command line of a JVM
     * @param jvmOptions options of the JVM
     * @param systemProperties system properties
     * @param arguments arguments
     */
    public record Program(
            List<String> code, List<String> jvmOptions, Map<String, String> systemProperties, List<String> arguments) {

        /** A main class in the class path of this process; neither it nor its main method need be public. */
        public Program(Class<?> mainClass, String... arguments) {
            this(
                    List.of(EndsWithParent.class.getName(), mainClass.getName()),
                    JVM_OPTIONS,
                    Map.of(),
                    List.of(arguments));
        }

        /** A jar and nothing of this process. It has to see to it that it {@linkplain EndsWithParent ends with its parent}. */
        static Program ofJar(Path jar, String... arguments) {
            return new Program(List.of("-jar", jar.toString()), JVM_OPTIONS, Map.of(), List.of(arguments));
        }

        Program with(Map<String, String> properties) {
            return new Program(code, jvmOptions, properties, arguments);
        }

        /** The same on a JVM with other options. */
        public Program on(List<String> options) {
            return new Program(code, options, systemProperties, arguments);
        }
    }

    private ServiceProcess(String name, Program program) {
        this.name = name;
        this.program = program;
    }

    /** Starts a program; the name is for its log files. */
    public static ServiceProcess start(String name, Program program) {
        var service = new ServiceProcess(name, program);
        service.start();
        return service;
    }

    /** Starts it again after it has ended. */
    void start() {
        if (isAlive()) {
            throw new IllegalStateException(name + " is running");
        }
        starts++;
        try {
            Files.createDirectories(DIRECTORY);
            var builder =
                    new ProcessBuilder(command()).redirectErrorStream(true).redirectOutput(log().toFile());
            // Of no effect where a jar is run.
            builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " did not start", e);
        }
        Process started = process;
        RUNNING.add(started);
        started.onExit().thenAccept(RUNNING::remove);
    }

    private List<String> command() {
        var command = ExecutableJar.java(program.jvmOptions().toArray(String[]::new));
        program.systemProperties().forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(program.code());
        command.addAll(program.arguments());
        return command;
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    public long pid() {
        return running().pid();
    }

    /** Log of the last start. */
    Path log() {
        return DIRECTORY.resolve(name + "-" + starts + ".log");
    }

    /** What it has printed since the last start. */
    String output() {
        try {
            return new String(Files.readAllBytes(log()), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for output that contains a match, since the last start. Fails at the deadline, or when the process ends without it. */
    public MatchResult awaitOutput(Pattern pattern, Duration deadline) {
        return await("print " + pattern, deadline, () -> Optional.of(pattern.matcher(output()))
                .filter(matcher -> matcher.find())
                .map(matcher -> matcher.toMatchResult()));
    }

    /** Waits until an address answers 200, and returns the body. Fails at the deadline, or when the process ends. */
    public String awaitHttp(URI uri, Duration deadline) {
        return await("answer at " + uri, deadline, () -> get(uri));
    }

    private <T> T await(String what, Duration deadline, Supplier<Optional<T>> attempt) {
        try {
            var found = Awaitility.await()
                    .atMost(deadline)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(50))
                    .until(
                            () -> {
                                // Asked first: what is printed last must not be missed.
                                boolean ended = !isAlive();
                                Optional<T> result = attempt.get();
                                return ended || result.isPresent()
                                        ? Optional.of(result)
                                        : Optional.<Optional<T>>empty();
                            },
                            Optional::isPresent);
            return found.flatMap(result -> result)
                    .orElseThrow(() -> new IllegalStateException(name + " ended and did not " + what + tail()));
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException(name + " did not " + what + " within " + deadline + tail(), e);
        }
    }

    private Optional<String> get(URI uri) {
        try {
            var request =
                    HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(2)).build();
            var response = http.send(request, BodyHandlers.ofString());
            return response.statusCode() == 200 ? Optional.of(response.body()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    private String tail() {
        List<String> lines = output().lines().toList();
        return "; the end of " + log() + ":\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    /** Closes its standard input, as the end of this process does. */
    void closeInput() {
        try {
            running().getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it as {@code kill -9} does, paused or not. */
    void kill9() {
        running().destroyForcibly();
        awaitEnd(QUICK);
    }

    /** Asks it to stop, as {@code kill} does, and answers with its exit code. Fails at the deadline. */
    int stop(Duration deadline) {
        // Not Process.destroy, which closes standard input as well.
        running().toHandle().destroy();
        return awaitEnd(deadline);
    }

    /** Waits for its end and answers with its exit code. Fails at the deadline. */
    int awaitEnd(Duration deadline) {
        try {
            if (!running().waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(name + " did not end within " + deadline + tail());
            }
            return running().exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    /** Stops it in its tracks: it does nothing, and does not know. */
    void pause() {
        signal("STOP");
    }

    /** Lets a paused one go on. */
    void resume() {
        signal("CONT");
    }

    private void signal(String signal) {
        try {
            int exit = new ProcessBuilder("/bin/kill", "-" + signal, Long.toString(pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IllegalStateException("kill -" + signal + " of " + name + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return process;
    }

    /** Kills it if it is still there. */
    @Override
    public void close() {
        if (isAlive()) {
            kill9();
        }
    }
}
