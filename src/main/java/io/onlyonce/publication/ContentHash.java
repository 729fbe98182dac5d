package io.onlyonce.publication;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Fingerprint of an image that does not depend on the order of attributes or set members. */
final class ContentHash {

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private ContentHash() {}

    static String of(Map<String, AttributeValue> image) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (var out = new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
                write(image, out);
            }
            return ENCODER.encodeToString(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Map<String, AttributeValue> attributes, DataOutputStream out) throws IOException {
        out.writeInt(attributes.size());
        for (var attribute : new TreeMap<>(attributes).entrySet()) {
            write(attribute.getKey(), out);
            write(attribute.getValue(), out);
        }
    }

    private static void write(AttributeValue value, DataOutputStream out) throws IOException {
        write(value.type().name(), out);
        switch (value.type()) {
            case S -> write(value.s(), out);
            case N -> write(value.n(), out);
            case BOOL -> out.writeBoolean(value.bool());
            case B -> write(value.b(), out);
            case SS -> writeAll(value.ss(), out);
            case NS -> writeAll(value.ns(), out);
            case BS ->
                writeAll(
                        value.bs().stream()
                                .map(bytes -> Base64.getEncoder().encodeToString(bytes.asByteArrayUnsafe()))
                                .toList(),
                        out);
            case M -> write(value.m(), out);
            case L -> {
                out.writeInt(value.l().size());
                for (AttributeValue element : value.l()) {
                    write(element, out);
                }
            }
            case NUL, UNKNOWN_TO_SDK_VERSION -> {}
        }
    }

    private static void writeAll(Collection<String> members, DataOutputStream out) throws IOException {
        out.writeInt(members.size());
        for (String member : members.stream().sorted().toList()) {
            write(member, out);
        }
    }

    private static void write(SdkBytes bytes, DataOutputStream out) throws IOException {
        byte[] array = bytes.asByteArrayUnsafe();
        out.writeInt(array.length);
        out.write(array);
    }

    /** Not {@code writeUTF}, which ends at 64 KB. */
    private static void write(String text, DataOutputStream out) throws IOException {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
