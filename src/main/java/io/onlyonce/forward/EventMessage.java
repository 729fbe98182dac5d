package io.onlyonce.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.message.MessageWriter;
import io.cloudevents.http.HttpMessageFactory;
import io.cloudevents.jackson.JsonFormat;
import io.onlyonce.forward.HttpSettings.Mode;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A CloudEvent as it goes over HTTP. */
final class EventMessage {

    private static final JsonFormat JSON = new JsonFormat();

    private final Map<String, String> headers = new TreeMap<>();
    private byte[] body = {};

    EventMessage(CloudEvent event, Mode mode) {
        MessageWriter<?, Void> writer = HttpMessageFactory.createWriter(this::header, bytes -> body = bytes);
        if (mode == Mode.STRUCTURED) {
            writer.writeStructured(event, JSON);
        } else {
            writer.writeBinary(event);
        }
    }

    Map<String, String> headers() {
        return headers;
    }

    byte[] body() {
        return body;
    }

    private void header(String writtenName, String value) {
        String name = writtenName.toLowerCase(Locale.ROOT);
        headers.put(name, name.startsWith("ce-") ? encode(value) : value);
    }

    /** Percent-encodes what CloudEvents does not allow in a header; the SDK leaves it as it is. */
    private static String encode(String value) {
        var encoded = new StringBuilder(value.length());
        for (byte octet : value.getBytes(UTF_8)) {
            if (octet > 0x20 && octet < 0x7F && octet != '"' && octet != '%') {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append("%02X".formatted(octet & 0xFF));
            }
        }
        return encoded.toString();
    }
}
