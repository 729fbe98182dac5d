package io.onlyonce.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Shared secret of a receiver, which signs as Standard Webhooks says. */
public final class WebhookSecret {

    private static final String ALGORITHM = "HmacSHA256";
    private static final String PREFIX = "whsec_";
    private static final int SHORTEST = 24;

    private final SecretKeySpec key;

    private WebhookSecret(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /**
     * Reads a secret.
     *
     * @param text base64 after {@code whsec_}, or anything else as it stands
     * @throws IllegalArgumentException with the reason, which quotes nothing of the secret
     */
    public static WebhookSecret parse(String text) {
        byte[] key;
        if (text.startsWith(PREFIX)) {
            try {
                key = Base64.getDecoder().decode(text.substring(PREFIX.length()));
            } catch (IllegalArgumentException e) {
                // Its message quotes characters of the secret.
                throw new IllegalArgumentException("is not base64 after whsec_");
            }
        } else {
            key = text.getBytes(UTF_8);
        }
        if (key.length < SHORTEST) {
            throw new IllegalArgumentException(
                    "has %d bytes, fewer than the %d of Standard Webhooks".formatted(key.length, SHORTEST));
        }
        return new WebhookSecret(key);
    }

    /** Value of the header {@code webhook-signature}. */
    String sign(String id, long timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update((id + "." + timestamp + ".").getBytes(UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java runtime has " + ALGORITHM, e);
        }
    }

    @Override
    public String toString() {
        return "WebhookSecret";
    }
}
