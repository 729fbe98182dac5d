package io.onlyonce;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The service as it is shipped, and the JVM of this process to run it on. */
public final class ExecutableJar {

    private ExecutableJar() {}

    /** Where it is. */
    public static Path path() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.toString().endsWith("-exec.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("No executable jar in target: package first"));
        }
    }

    /** A command line that may be added to. */
    public static List<String> java(String... more) {
        var command = new ArrayList<>(List.of(tool("java")));
        command.addAll(Arrays.asList(more));
        return command;
    }

    /** A program of the JDK. */
    public static String tool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }
}
