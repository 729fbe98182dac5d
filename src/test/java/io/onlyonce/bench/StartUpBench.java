package io.onlyonce.bench;

import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;

import io.onlyonce.ExecutableJar;
import io.onlyonce.LocalDynamoDb;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** From the start of a process, its JVM included, to its first record, in the ways to start the service, beside a bare Spring Boot application. The tables are there, as for any start but the very first. */
final class StartUpBench {

    private static final Pattern STARTED = Pattern.compile("Started \\w+ in ");

    /** Compiles sooner and less well: a start has much to run once. */
    private static final String QUICK_COMPILER = "-XX:TieredStopAtLevel=1";

    /** What Boot's starters for the web and actuator bring. */
    private static final Pattern BOOT = Pattern.compile(
            "(spring-(?!cloud|retry).*|micrometer-(commons|core|jakarta9|observation).*|tomcat-.*|jackson-.*|slf4j-.*|logback-.*|log4j-.*|jul-to-.*|snakeyaml.*|jakarta\\..*|HdrHistogram.*|LatencyUtils.*|jspecify.*|commons-logging.*)\\.jar");

    private final Report report;
    private final int rounds;
    private final Path home = Path.of("target", "bench", "start");
    private final DynamoDbClient client;
    private final SourceTable source;
    private final List<String> arguments;

    /**
     * A way to start.
     *
     * @param command command line
     * @param bytes what has to be shipped
     * @param consumes whether it handles records
     */
    private record Start(List<String> command, long bytes, boolean consumes) {

        Start with(String jvmOption) {
            var longer = new ArrayList<>(command);
            longer.add(1, jvmOption);
            return new Start(longer, bytes, consumes);
        }

        Start plus(long moreBytes) {
            return new Start(command, bytes + moreBytes, consumes);
        }
    }

    /**
     * What a JVM can keep of a whole run that was made for practice.
     *
     * @param name what it is called
     * @param write option that keeps it in a file
     * @param read option that makes use of the file
     */
    private record Training(String name, String write, String read) {

        static Training of(Runtime.Version java) {
            return java.feature() >= 25
                    ? new Training("AOT cache", "-XX:AOTCacheOutput=", "-XX:AOTCache=")
                    : new Training("class data archive", "-XX:ArchiveClassesAtExit=", "-XX:SharedArchiveFile=");
        }
    }

    /**
     * How a start went.
     *
     * @param started milliseconds until the application said that it had started
     * @param first milliseconds until the first record
     * @param memory resident memory at that moment, in MB
     */
    private record Times(double started, double first, double memory) {}

    StartUpBench(BenchDatabase database, Report report, int rounds) {
        this.report = report;
        this.rounds = rounds;
        this.client = Place.at(database.near()).dynamoDb();
        this.source = SourceTable.create(client, 0);
        this.arguments = List.of(LocalDynamoDb.serviceArguments(
                database.near(),
                "--onlyonce.tables.prefix=" + LocalDynamoDb.uniqueName("start"),
                "--onlyonce.forward.log.table=" + source.name(),
                "--onlyonce.forward.log.log=info",
                "--onlyonce.streams[" + source.name() + "]="));
    }

    void run() {
        Map<String, Start> starts = prepare();
        var times = new LinkedHashMap<String, List<Times>>();
        // The first round creates the tables.
        for (int round = 0; round <= rounds; round++) {
            for (var start : starts.entrySet()) {
                var result = time(start.getValue());
                if (round > 0) {
                    times.computeIfAbsent(start.getKey(), name -> new ArrayList<>())
                            .add(result);
                }
            }
        }
        var table = report.table(
                "Start, JVM included, and size",
                "",
                "started, s",
                "first record, s",
                "resident memory, MB",
                "size, MB");
        starts.forEach((name, start) -> table.row(
                name,
                seconds(times.get(name).stream().map(Times::started).toList()),
                start.consumes()
                        ? seconds(times.get(name).stream().map(Times::first).toList())
                        : "",
                "%.0f"
                        .formatted(Rounds.median(
                                times.get(name).stream().map(Times::memory).toList())),
                "%.0f".formatted(start.bytes() / 1e6)));
    }

    private static String seconds(List<Double> millis) {
        return "%.2f".formatted(Rounds.median(millis) / 1000);
    }

    private Map<String, Start> prepare() {
        try {
            Files.createDirectories(home);
            Path jar = ExecutableJar.path();
            Path application = home.resolve("application");
            if (!Files.exists(application)) {
                run(ExecutableJar.java(
                        "-Djarmode=tools", "-jar", jar.toString(), "extract", "--destination", application.toString()));
            }
            String extracted = application.resolve(jar.getFileName()).toString();
            Training training = Training.of(Runtime.version());
            var starts = new LinkedHashMap<String, Start>();
            starts.put("**Onlyonce**, executable jar", new Start(onlyonce(jar.toString()), Files.size(jar), true));
            var onlyonce = new Start(onlyonce(extracted), Files.size(jar), true);
            addAll(starts, "**Onlyonce**, extracted", onlyonce, training);
            addAll(starts, "bare Spring Boot application with actuator", bare(application.resolve("lib")), training);
            return starts;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void addAll(Map<String, Start> starts, String name, Start start, Training training) throws IOException {
        Path trained = home.resolve("trained-" + starts.size());
        var unused = time(start.with(training.write() + trained));
        var quick = start.with(training.read() + trained).plus(Files.size(trained));
        starts.put(name, start);
        starts.put(name + ", " + training.name(), quick);
        starts.put(name + ", " + training.name() + ", `" + QUICK_COMPILER + "`", quick.with(QUICK_COMPILER));
    }

    private List<String> onlyonce(String jar) {
        var command = ExecutableJar.java("-jar", jar);
        command.addAll(arguments);
        return command;
    }

    private Start bare(Path libraries) throws IOException {
        String file = BareApplication.class.getName().replace('.', '/') + ".class";
        // In a jar, because no class of a folder goes into an archive.
        Path bare = home.resolve("bare.jar");
        try (var jar = new JarOutputStream(Files.newOutputStream(bare));
                var in = BareApplication.class.getResourceAsStream("/" + file)) {
            jar.putNextEntry(new JarEntry(file));
            in.transferTo(jar);
        }
        List<String> classPath = new ArrayList<>(List.of(bare.toString()));
        long bytes = 0;
        try (Stream<Path> jars = Files.list(libraries)) {
            for (Path jar : jars.filter(
                            each -> BOOT.matcher(each.getFileName().toString()).matches())
                    .toList()) {
                classPath.add(jar.toString());
                bytes += Files.size(jar);
            }
        }
        return new Start(
                ExecutableJar.java(
                        "-cp", String.join(":", classPath), BareApplication.class.getName(), "--server.port=0"),
                bytes,
                false);
    }

    private Times time(Start start) {
        String id = "start-" + UUID.randomUUID();
        if (start.consumes()) {
            client.putItem(put -> put.tableName(source.name()).item(Map.of("id", fromS(id))));
        }
        try {
            long begin = System.nanoTime();
            Process process = new ProcessBuilder(start.command())
                    .redirectErrorStream(true)
                    .start();
            double started = Double.NaN;
            double first = Double.NaN;
            var output = new ArrayList<String>();
            var lines = process.inputReader();
            while (Double.isNaN(started) || (start.consumes() && Double.isNaN(first))) {
                String line = lines.readLine();
                if (line == null) {
                    throw new IllegalStateException("It ended:\n" + String.join("\n", output));
                }
                output.add(line);
                if (STARTED.matcher(line).find()) {
                    started = (System.nanoTime() - begin) / 1e6;
                } else if (line.contains(id)) {
                    first = (System.nanoTime() - begin) / 1e6;
                }
            }
            double memory = ProcessFigures.residentMegabytes(process.pid());
            process.toHandle().destroy();
            lines.transferTo(Writer.nullWriter());
            process.waitFor();
            return new Times(started, first, memory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
