package io.onlyonce.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A program of the machine that a test needs. Where it is missing, the test says so and is skipped. */
final class Tool {

    private final Path executable;

    private Tool(Path executable) {
        this.executable = executable;
    }

    /** Looks for it on the path. */
    static Tool named(String name) {
        Optional<Path> found = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
        if (found.isEmpty()) {
            String message =
                    name + " is not on the PATH (on Debian, apt-get install " + packageOf(name) + "): test skipped";
            System.err.println("WARNING: " + message);
            Assumptions.abort(message);
        }
        return new Tool(found.get());
    }

    private static String packageOf(String name) {
        return name.equals("promtool") ? "prometheus" : name;
    }

    /** Starts it; what it writes goes to a file. */
    Process start(Path output, String... arguments) throws IOException {
        return new ProcessBuilder(command(arguments))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    /** Runs it to the end, with a text as its input, and answers what it wrote; fails if the tool does. */
    String run(String input, String... arguments) throws IOException, InterruptedException {
        Path in = Files.createTempFile("input", ".txt");
        Path out = Files.createTempFile("output", ".txt");
        try {
            Files.writeString(in, input);
            var process = new ProcessBuilder(command(arguments))
                    .redirectErrorStream(true)
                    .redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .start();
            int exit = process.waitFor();
            String output = Files.readString(out, StandardCharsets.UTF_8);
            assertThat(exit).as(output).isZero();
            return output;
        } finally {
            Files.delete(in);
            Files.delete(out);
        }
    }

    private String[] command(String... arguments) {
        return Stream.concat(Stream.of(executable.toString()), Arrays.stream(arguments))
                .toArray(String[]::new);
    }
}
