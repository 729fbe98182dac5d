package io.onlyonce.chart;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The chart of this repository, rendered by Helm's own code inside this JVM. */
public final class HelmChart {

    /** Where it is. */
    public static final Path DIRECTORY = Path.of("helm", "onlyonce");

    static final String NAMESPACE = "apps";
    static final String LATEST = "1.35.0";

    /** A copy in which hooks are ordinary objects, because the library's template command leaves hooks out. */
    private static final Path WITHOUT_HOOKS = copyWithoutHooks();

    private HelmChart() {}

    /** A value set that ships with the chart. */
    static Path valueSet(String name) {
        return DIRECTORY.resolve("ci").resolve(name + "-values.yaml");
    }

    /** The objects that one of the value sets makes, as release {@code test}. */
    static List<Manifest> render(String valueSet, String kubeVersion) {
        return parse(new Helm(WITHOUT_HOOKS)
                .template()
                .withName("test")
                .withNamespace(NAMESPACE)
                .withKubeVersion(kubeVersion)
                .withValuesFile(valueSet(valueSet))
                .call());
    }

    /** The objects that the minimal value set makes with other values on top, given as YAML. */
    static List<Manifest> renderWith(String yaml) {
        return parse(template(valueSet("minimal"), yaml));
    }

    /** The objects that values, given as YAML, make without any of the value sets. */
    static List<Manifest> renderOnly(String yaml) {
        return parse(template(yaml));
    }

    /** What Helm writes for values, given as YAML, and nothing else. */
    static String template(String yaml) {
        return template(null, yaml);
    }

    private static String template(Path base, String yaml) {
        try {
            Path values = Files.createTempFile("values", ".yaml");
            try {
                Files.writeString(values, yaml);
                var command = new Helm(WITHOUT_HOOKS)
                        .template()
                        .withName("test")
                        .withNamespace(NAMESPACE)
                        .withKubeVersion(LATEST);
                if (base != null) {
                    command = command.withValuesFile(base);
                }
                return command.withValuesFile(values).call();
            } finally {
                Files.delete(values);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file of the chart. */
    public static String read(String file) {
        try {
            return Files.readString(DIRECTORY.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Map<String, Object> readYaml(String file) {
        return yaml().load(read(file));
    }

    private static List<Manifest> parse(String documents) {
        var manifests = new ArrayList<Manifest>();
        for (Object document : yaml().loadAll(documents)) {
            if (document instanceof Map<?, ?> map) {
                var content = new LinkedHashMap<String, Object>();
                map.forEach((key, value) -> content.put((String) key, value));
                manifests.add(new Manifest(content));
            }
        }
        return manifests;
    }

    private static Path copyWithoutHooks() {
        try (var files = Files.walk(DIRECTORY)) {
            Path copy = Files.createTempDirectory("chart").resolve("onlyonce");
            for (Path file : files.toList()) {
                Path target = copy.resolve(DIRECTORY.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.writeString(target, Files.readString(file).replace("helm.sh/hook", "hook"));
                }
            }
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A parser that refuses a key that stands twice, as the API server would not. */
    static Yaml yaml() {
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        return new Yaml(new SafeConstructor(options));
    }
}
