package io.onlyonce.autoconfigure;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/** The properties that there are, as the records have them, to find the one that somebody meant. */
final class KnownProperties {

    private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("onlyonce");

    /** What a user chooses, such as a table's name. */
    private static final String ANY = "*";

    private static final List<List<String>> KNOWN =
            below(List.of(), OnlyonceProperties.class).toList();

    private KnownProperties() {}

    /** The nearest known property, with what the user chose in it, such as a table's name, taken over; none if nothing is near. */
    static Optional<String> nearest(ConfigurationPropertyName unknown) {
        var elements = elements(unknown);
        var distances = KNOWN.stream()
                .filter(known -> known.size() <= elements.size())
                .map(known -> new Candidate(filled(known, elements), elements))
                .toList();
        return Stream.of(
                        distances.stream().filter(Candidate::isNear).min(Comparator.comparingInt(Candidate::distance)),
                        namesakes(elements))
                .flatMap(Optional::stream)
                .map(Candidate::written)
                .findFirst();
    }

    static boolean isKnown(ConfigurationPropertyName name) {
        var elements = elements(name);
        return KNOWN.stream()
                .anyMatch(known -> known.size() == elements.size()
                        && filled(known, elements).equals(elements));
    }

    /** Names that are known on the deepest level that the unknown one shares with them. */
    static String siblings(ConfigurationPropertyName unknown) {
        var elements = elements(unknown);
        for (int depth = elements.size() - 1; depth >= 0; depth--) {
            var parent = elements.subList(0, depth);
            var names = KNOWN.stream()
                    .filter(known -> known.size() > parent.size()
                            && filled(known, elements).subList(0, parent.size()).equals(parent))
                    .map(known -> known.get(parent.size()))
                    .filter(name -> !name.equals(ANY))
                    .distinct()
                    .toList();
            if (!names.isEmpty()) {
                return "Known under %s: %s".formatted(written(parent), String.join(", ", names));
            }
        }
        throw new IllegalStateException("No property is known");
    }

    static boolean concerns(ConfigurationPropertyName name) {
        return ROOT.isAncestorOf(name);
    }

    /** A property of that very name on another level, if there is one only and nobody chooses a part of it. */
    private static Optional<Candidate> namesakes(List<String> unknown) {
        String last = unknown.get(unknown.size() - 1);
        var found = KNOWN.stream()
                .filter(known ->
                        !known.contains(ANY) && known.get(known.size() - 1).equals(last))
                .map(known -> new Candidate(known, unknown))
                .toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    private static List<String> filled(List<String> known, List<String> elements) {
        var filled = new ArrayList<String>();
        for (int i = 0; i < known.size(); i++) {
            filled.add(known.get(i).equals(ANY) && i < elements.size() ? elements.get(i) : known.get(i));
        }
        return filled;
    }

    private static List<String> elements(ConfigurationPropertyName name) {
        var elements = new ArrayList<String>();
        for (int i = ROOT.getNumberOfElements(); i < name.getNumberOfElements(); i++) {
            String element = name.getElement(i, Form.ORIGINAL);
            elements.add(name.chop(i + 1).isLastElementIndexed() ? "[" + element + "]" : element);
        }
        return elements;
    }

    private static String written(List<String> elements) {
        return String.join(
                        ".",
                        Stream.concat(Stream.of("onlyonce"), elements.stream()).toList())
                .replace(".[", "[");
    }

    private static Stream<List<String>> below(List<String> path, Type type) {
        if (type instanceof ParameterizedType map && map.getRawType().equals(Map.class)) {
            return below(with(path, ANY), map.getActualTypeArguments()[1]);
        }
        if (type instanceof Class<?> record && record.isRecord()) {
            return Stream.of(record.getRecordComponents())
                    .flatMap(component -> below(with(path, name(component)), component.getGenericType()));
        }
        return Stream.of(path);
    }

    private static String name(RecordComponent component) {
        return DataObjectPropertyName.toDashedForm(component.getName());
    }

    private static List<String> with(List<String> path, String last) {
        return Stream.concat(path.stream(), Stream.of(last)).toList();
    }

    private record Candidate(List<String> elements, List<String> unknown) {

        String written() {
            return KnownProperties.written(elements);
        }

        /** A letter wrong, or a third of the name's last part, but not more. */
        boolean isNear() {
            int length = unknown.get(unknown.size() - 1).length();
            return distance() <= Math.max(2, length / 3);
        }

        int distance() {
            return distance(plain(elements), plain(unknown));
        }

        private static String plain(List<String> elements) {
            return String.join(".", elements).replace("-", "").toLowerCase(Locale.ROOT);
        }

        /** Letters to put in, take out or replace. */
        private static int distance(String left, String right) {
            int[] row = new int[right.length() + 1];
            for (int j = 0; j < row.length; j++) {
                row[j] = j;
            }
            for (int i = 1; i <= left.length(); i++) {
                int diagonal = row[0];
                row[0] = i;
                for (int j = 1; j < row.length; j++) {
                    int replaced = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                    diagonal = row[j];
                    row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
                }
            }
            return row[right.length()];
        }
    }
}
