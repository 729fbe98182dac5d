package io.onlyonce.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32;

/**
 * A request or an answer.
 *
 * @param head first line and header lines, each with its line end, without the empty line that follows
 * @param body body out of any transfer encoding, as ISO-8859-1: a character for each byte
 */
record HttpMessage(String head, String body) {

    private static final String CRC = "x-amz-crc32";

    /** An answer of the service that came from nobody but us. */
    static HttpMessage answer(int status, String body) {
        String head = "HTTP/1.1 " + status + ' ' + reason(status) + "\r\n"
                + "Date: " + RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)) + "\r\n"
                + "x-amzn-RequestId: " + UUID.randomUUID() + "\r\n"
                + "Content-Type: application/x-amz-json-1.0\r\n"
                + CRC + ": 0\r\n";
        return new HttpMessage(head, "").withBody(body);
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 503 -> "Service Unavailable";
            default -> "Internal Server Error";
        };
    }

    String firstLine() {
        return head.substring(0, head.indexOf("\r\n"));
    }

    /** Second word of the first line: a request's target, an answer's status. */
    String subject() {
        return firstLine().split(" ", 3)[1];
    }

    boolean isSuccess() {
        return subject().equals("200");
    }

    Optional<String> header(String name) {
        int start = headerStart(name);
        return start < 0
                ? Optional.empty()
                : Optional.of(head.substring(start + name.length() + 1, lineEnd(start))
                        .trim());
    }

    boolean hasHeader(String name, String value) {
        return header(name)
                .filter(present -> present.toLowerCase(Locale.ROOT).contains(value))
                .isPresent();
    }

    HttpMessage without(String name) {
        int start = headerStart(name);
        return start < 0 ? this : new HttpMessage(head.substring(0, start) + head.substring(lineEnd(start) + 2), body);
    }

    HttpMessage with(String name, String value) {
        return new HttpMessage(without(name).head + name + ": " + value + "\r\n", body);
    }

    /** Another body, with the headers that depend on it. */
    HttpMessage withBody(String other) {
        var message = new HttpMessage(head, other).with("Content-Length", Integer.toString(other.length()));
        if (headerStart(CRC) < 0) {
            return message;
        }
        var crc = new CRC32();
        crc.update(other.getBytes(ISO_8859_1));
        return message.with(CRC, Long.toString(crc.getValue()));
    }

    private int headerStart(String name) {
        int line = head.indexOf("\r\n") + 2;
        while (line < head.length()) {
            if (head.regionMatches(true, line, name, 0, name.length()) && head.charAt(line + name.length()) == ':') {
                return line;
            }
            line = lineEnd(line) + 2;
        }
        return -1;
    }

    private int lineEnd(int from) {
        return head.indexOf("\r\n", from);
    }
}
