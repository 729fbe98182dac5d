package io.onlyonce.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** The listeners of {@link ChaosService} in a jar of their own, as the README has it: beans of an auto-configuration that the jar names. It also lets the service {@linkplain EndsWithParent end with its parent}. */
final class ListenersJar {

    private static final List<Class<?>> CONFIGURATIONS = List.of(ChaosService.class, EndsWithParent.class);
    private static final String IMPORTS =
            "META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports";

    private ListenersJar() {}

    /** Writes one, and answers where it is. */
    static Path write(Path path) throws IOException {
        Files.createDirectories(path.getParent());
        try (var jar = new JarOutputStream(Files.newOutputStream(path))) {
            for (var configuration : CONFIGURATIONS) {
                for (Path file : classFiles(configuration)) {
                    String folder = configuration.getPackageName().replace('.', '/');
                    jar.putNextEntry(new JarEntry(folder + "/" + file.getFileName()));
                    Files.copy(file, jar);
                }
            }
            jar.putNextEntry(new JarEntry(IMPORTS));
            jar.write(String.join(
                            "\n", CONFIGURATIONS.stream().map(Class::getName).toList())
                    .getBytes(UTF_8));
        }
        return path;
    }

    /** A class and those inside it. */
    private static List<Path> classFiles(Class<?> type) throws IOException {
        String name = type.getSimpleName();
        try (Stream<Path> files =
                Files.list(Path.of(type.getResource(name + ".class").toURI()).getParent())) {
            return files.filter(file -> file.getFileName().toString().matches(name + "(\\$.+)?\\.class"))
                    .toList();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
