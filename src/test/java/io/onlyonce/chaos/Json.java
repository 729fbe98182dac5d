package io.onlyonce.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Cuts JSON into raw pieces and joins them again: what is not changed keeps its bytes, and nothing is parsed that nobody asks for. The JSON has to be well-formed, and stands for UTF-8 bytes read as
 * ISO-8859-1, one character each.
 */
final class Json {

    private Json() {}

    /** Members of an object: names as text, values raw. */
    static Map<String, String> members(String object) {
        Map<String, String> members = new LinkedHashMap<>();
        int at = next(object, object.indexOf('{') + 1);
        while (object.charAt(at) != '}') {
            int nameEnd = endOfString(object, at);
            int value = next(object, next(object, nameEnd) + 1);
            int valueEnd = endOfValue(object, value);
            members.put(text(object.substring(at, nameEnd)), object.substring(value, valueEnd));
            at = afterSeparator(object, valueEnd);
        }
        return members;
    }

    /** Elements of an array, raw. */
    static List<String> elements(String array) {
        List<String> elements = new ArrayList<>();
        int at = next(array, array.indexOf('[') + 1);
        while (array.charAt(at) != ']') {
            int end = endOfValue(array, at);
            elements.add(array.substring(at, end));
            at = afterSeparator(array, end);
        }
        return elements;
    }

    /** What a raw string says. */
    static String text(String raw) {
        String inner = raw.substring(1, raw.length() - 1);
        if (inner.indexOf('\\') < 0) {
            return new String(inner.getBytes(ISO_8859_1), UTF_8);
        }
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < inner.length()) {
            int escape = inner.indexOf('\\', at);
            int end = escape < 0 ? inner.length() : escape;
            text.append(new String(inner.substring(at, end).getBytes(ISO_8859_1), UTF_8));
            at = escape < 0 ? end : unescape(inner, escape, text);
        }
        return text.toString();
    }

    /** The opposite of {@link #text}, for text without control characters. */
    static String quote(String text) {
        String utf8 = new String(text.getBytes(UTF_8), ISO_8859_1);
        return '"' + utf8.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Joins raw members to an object. */
    static String object(Map<String, String> members) {
        return members.entrySet().stream()
                .map(member -> quote(member.getKey()) + ':' + member.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    /** Joins raw elements to an array. */
    static String array(Collection<String> elements) {
        return elements.stream().collect(Collectors.joining(",", "[", "]"));
    }

    private static int unescape(String inner, int escape, StringBuilder text) {
        char kind = inner.charAt(escape + 1);
        if (kind == 'u') {
            text.append((char) Integer.parseInt(inner.substring(escape + 2, escape + 6), 16));
            return escape + 6;
        }
        int control = "bfnrt".indexOf(kind);
        text.append(control < 0 ? kind : "\b\f\n\r\t".charAt(control));
        return escape + 2;
    }

    private static int next(String json, int from) {
        int at = from;
        while (Character.isWhitespace(json.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int afterSeparator(String json, int from) {
        int at = next(json, from);
        return json.charAt(at) == ',' ? next(json, at + 1) : at;
    }

    private static int endOfString(String json, int from) {
        int at = from + 1;
        while (json.charAt(at) != '"') {
            at += json.charAt(at) == '\\' ? 2 : 1;
        }
        return at + 1;
    }

    private static int endOfValue(String json, int from) {
        char first = json.charAt(from);
        if (first == '"') {
            return endOfString(json, from);
        }
        int at = from;
        if (first != '{' && first != '[') {
            while (at < json.length() && ",]} \t\r\n".indexOf(json.charAt(at)) < 0) {
                at++;
            }
            return at;
        }
        int depth = 0;
        do {
            char c = json.charAt(at);
            if (c == '"') {
                at = endOfString(json, at);
                continue;
            }
            if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                depth--;
            }
            at++;
        } while (depth > 0);
        return at;
    }
}
