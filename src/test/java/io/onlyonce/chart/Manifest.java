package io.onlyonce.chart;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** One rendered object. */
record Manifest(Map<String, Object> content) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    static Manifest only(List<Manifest> manifests, String kind) {
        var found = manifests.stream()
                .filter(manifest -> manifest.kind().equals(kind))
                .filter(manifest -> !manifest.name().endsWith("-dashboard"))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " objects of kind " + kind + " in " + kinds(manifests));
        }
        return found.get(0);
    }

    static List<String> kinds(List<Manifest> manifests) {
        return manifests.stream().map(Manifest::kind).toList();
    }

    String apiVersion() {
        return (String) content.get("apiVersion");
    }

    String kind() {
        return (String) content.get("kind");
    }

    String name() {
        return read("$.metadata.name");
    }

    <T> T read(String path) {
        return JsonPath.read(content, path);
    }

    String json() {
        try {
            return MAPPER.writeValueAsString(content);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
