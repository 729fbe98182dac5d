package io.onlyonce.forward;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.jayway.jsonpath.JsonPath;
import io.onlyonce.SettableClock;
import io.onlyonce.forward.HttpSettings.Mode;
import io.onlyonce.publication.FatalFailureException;
import io.onlyonce.publication.RetryLaterException;
import io.onlyonce.stream.Sha256;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class HttpTargetTests {

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Map<String, AttributeValue> KEYS = Map.of("id", AttributeValue.fromS("a%ü"));
    private static final TestItem ITEM = new TestItem(
            KEYS,
            Map.of(
                    "id", AttributeValue.fromS("a%ü"),
                    "total", AttributeValue.fromN("12345678901234567890.12"),
                    "paid", AttributeValue.fromBool(true),
                    "none", AttributeValue.fromNul(true),
                    "tags", AttributeValue.fromSs(java.util.List.of("x", "y")),
                    "raw", AttributeValue.fromB(SdkBytes.fromUtf8String("bytes")),
                    "customer", AttributeValue.fromM(Map.of("name", AttributeValue.fromS("Ada \"L\"")))),
            "order 1");

    /** Has a space, so that it is sent as its hash. */
    private static final String KEY = Sha256.hex("arn:aws:dynamodb:eu-central-1:123456789012:table/orders:order 1");

    private final Receiver receiver = new Receiver();
    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-01T12:00:05Z"));

    @AfterEach
    void close() {
        receiver.close();
    }

    private HttpTarget target(Mode mode, WebhookSecret secret, Duration timeout, Map<String, String> headers) {
        var settings = new HttpSettings(receiver.uri(), headers, timeout, secret, 409, mode, Duration.ofSeconds(30));
        return new HttpTarget("receipts", settings, clock);
    }

    private HttpTarget target() {
        return target(Mode.BINARY, null, Duration.ofSeconds(20), Map.of());
    }

    @Test
    void binaryMessageHoldsAttributesInHeadersAndTheItemAsBody() {
        target(Mode.BINARY, null, Duration.ofSeconds(20), Map.of("Authorization", "Bearer token"))
                .accept(ITEM);

        var message = receiver.messages().get(0);
        assertThat(message.exchange().getRequestMethod()).isEqualTo("POST");
        assertThat(message.path()).isEqualTo("/items?source=test");
        assertThat(message.header("Authorization")).isEqualTo("Bearer token");
        assertThat(message.header("Content-Type")).isEqualTo("application/json");
        assertThat(message.header("Idempotency-Key")).isEqualTo(KEY);
        assertThat(message.header("ce-specversion")).isEqualTo("1.0");
        assertThat(message.header("ce-id")).isEqualTo("event-1");
        assertThat(message.header("ce-type")).isEqualTo("io.onlyonce.item.inserted");
        assertThat(message.header("ce-source")).isEqualTo(TestItem.STREAM_ARN);
        assertThat(message.header("ce-subject")).isEqualTo("id=S:a%2525%C3%BC");
        assertThat(message.header("ce-time")).isEqualTo("2026-01-01T12:00:00Z");
        assertThat(message.header("ce-deduplicationkey")).isEqualTo("order%201");
        assertThat(message.header("ce-redelivered")).isEqualTo("true");
        assertThat(message.header("ce-backfilled")).isEqualTo("false");
        assertThat(message.header("ce-sequence")).isEqualTo("100000000000000000007");
        assertThat(message.header("webhook-signature")).isNull();
        String body = new String(message.body(), UTF_8);
        assertThat(body).contains("\"total\":12345678901234567890.12");
        assertThat(JsonPath.<String>read(body, "$.id")).isEqualTo("a%ü");
        assertThat(JsonPath.<Boolean>read(body, "$.paid")).isTrue();
        assertThat(JsonPath.<Object>read(body, "$.none")).isNull();
        assertThat(JsonPath.<java.util.List<String>>read(body, "$.tags")).containsExactlyInAnyOrder("x", "y");
        assertThat(JsonPath.<String>read(body, "$.raw")).isEqualTo("Ynl0ZXM=");
        assertThat(JsonPath.<String>read(body, "$.customer.name")).isEqualTo("Ada \"L\"");
    }

    @Test
    void structuredMessageIsOneDocument() {
        target(Mode.STRUCTURED, null, Duration.ofSeconds(20), Map.of()).accept(ITEM);

        var message = receiver.messages().get(0);
        assertThat(message.header("Content-Type")).startsWith("application/cloudevents+json");
        assertThat(message.header("Idempotency-Key")).isEqualTo(KEY);
        assertThat(message.header("ce-id")).isNull();
        String body = new String(message.body(), UTF_8);
        assertThat(JsonPath.<String>read(body, "$.id")).isEqualTo("event-1");
        assertThat(JsonPath.<String>read(body, "$.subject")).isEqualTo("id=S:a%25ü");
        assertThat(JsonPath.<String>read(body, "$.deduplicationkey")).isEqualTo("order 1");
        assertThat(JsonPath.<Boolean>read(body, "$.redelivered")).isTrue();
        assertThat(JsonPath.<String>read(body, "$.data.customer.name")).isEqualTo("Ada \"L\"");
        assertThat(body).contains("\"total\":12345678901234567890.12");
    }

    @Test
    void signatureIsThatOfStandardWebhooks() throws Exception {
        target(Mode.BINARY, WebhookSecret.parse(SECRET), Duration.ofSeconds(20), Map.of())
                .accept(ITEM);

        var message = receiver.messages().get(0);
        assertThat(message.header("webhook-id")).isEqualTo("event-1");
        assertThat(message.header("webhook-timestamp"))
                .isEqualTo(Long.toString(Instant.parse("2026-01-01T12:00:05Z").getEpochSecond()));
        byte[] key = Base64.getDecoder().decode(SECRET.substring("whsec_".length()));
        byte[] signed =
                concat(("event-1." + message.header("webhook-timestamp") + ".").getBytes(UTF_8), message.body());
        assertThat(message.header("webhook-signature"))
                .isEqualTo("v1," + Base64.getEncoder().encodeToString(hmac(key, signed)));
    }

    @Test
    void signatureIsThatOfTheSpecificationsExample() {
        assertThat(WebhookSecret.parse(SECRET)
                        .sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}".getBytes(UTF_8)))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    /** HMAC as RFC 2104 defines it, from the hash alone. */
    private static byte[] hmac(byte[] key, byte[] message) throws Exception {
        byte[] inner = new byte[64];
        byte[] outer = new byte[64];
        for (int i = 0; i < 64; i++) {
            byte octet = i < key.length ? key[i] : 0;
            inner[i] = (byte) (octet ^ 0x36);
            outer[i] = (byte) (octet ^ 0x5c);
        }
        var sha = MessageDigest.getInstance("SHA-256");
        return sha.digest(concat(outer, sha.digest(concat(inner, message))));
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 204, 299, 409})
    void statusesThatMeanDone(int status) {
        receiver.then(status);
        assertThatCode(() -> target().accept(ITEM)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
    void statusesThatAskForARetry(int status) {
        receiver.then(status);
        var failure = catchThrowableOfType(RetryLaterException.class, () -> target().accept(ITEM));
        assertThat(failure).hasMessage("The receiver of forward.receipts answered " + status);
        assertThat(failure.delay()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            7                             | 7s
            0                             | 0s
            86400                         | 30s
            Thu, 01 Jan 2026 12:00:15 GMT | 10s
            Thu, 01 Jan 2026 11:00:00 GMT | 0s
            Thu, 01 Jan 2026 13:00:00 GMT | 30s
            soon                          | 0s
            -5                            | 0s
            """)
    void retryAfterIsLookedAtAgainAfterTheLongestBackOff(String header, String delay) {
        receiver.then(429, "Retry-After", header);
        var failure = catchThrowableOfType(RetryLaterException.class, () -> target().accept(ITEM));
        assertThat(failure.delay()).isEqualTo(Duration.parse("PT" + delay));
    }

    @Test
    void nothingIsSentToAReceiverThatAskedForSilenceUntilItIsOver() {
        receiver.then(429, "Retry-After", "120").then(503, "Retry-After", "5");
        var target = target();
        assertThat(catchThrowableOfType(RetryLaterException.class, () -> target.accept(ITEM))
                        .tried())
                .isTrue();
        clock.advance(Duration.ofSeconds(100));
        var silence = catchThrowableOfType(RetryLaterException.class, () -> target.accept(ITEM));
        assertThat(silence).hasMessage("The receiver of forward.receipts has asked to be left alone for some time");
        assertThat(silence.tried()).isFalse();
        assertThat(silence.delay()).isEqualTo(Duration.ofSeconds(20));
        assertThat(receiver.messages()).hasSize(1);

        clock.advance(Duration.ofSeconds(20));
        assertThat(catchThrowableOfType(RetryLaterException.class, () -> target.accept(ITEM)))
                .hasMessageEndingWith("answered 503");
        clock.advance(Duration.ofSeconds(5));
        target.accept(ITEM);
        assertThat(receiver.messages()).hasSize(3);
    }

    @Test
    void silenceLastsNoLongerThanAnHour() {
        receiver.then(429, "Retry-After", "864000");
        var target = target();
        assertThat(catchThrowableOfType(RetryLaterException.class, () -> target.accept(ITEM)))
                .isNotNull();
        clock.advance(Duration.ofMinutes(60));
        target.accept(ITEM);
    }

    @Test
    void otherStatusesAreFatalWithTheBeginningOfTheAnswer() {
        receiver.then(400, "x".repeat(2047) + "y" + "z".repeat(500_000), new String[0]);
        var failure = catchThrowableOfType(FatalFailureException.class, () -> target().accept(ITEM));
        assertThat(failure).hasMessage("The receiver of forward.receipts answered 400");
        assertThat(failure.getCause()).hasMessage("x".repeat(2047) + "y");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308})
    void redirectsAreNotFollowed(int status) {
        receiver.then(status, "Location", receiver.uri().toString());
        var failure = catchThrowableOfType(FatalFailureException.class, () -> target().accept(ITEM));
        assertThat(failure).hasMessageContaining("answered " + status);
        assertThat(receiver.messages()).hasSize(1);
    }

    @Test
    void aConnectionThatIsResetBeforeTheAnswerAsksForARetryUnderTheSameKey() {
        receiver.then(exchange -> exchange.close());
        var target = target();
        assertThat(catchThrowableOfType(RetryLaterException.class, () -> target.accept(ITEM)))
                .hasMessageStartingWith("The receiver of forward.receipts did not answer: java.io.IOException");
        target.accept(ITEM);
        assertThat(receiver.messages()).hasSize(2).allMatch(message -> message.header("Idempotency-Key")
                .equals(KEY));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            event-1 | event-1
            id=S:a  | arn:aws:dynamodb:eu-central-1:123456789012:table/orders:id=S:a
            """)
    void idempotencyKeyIsTheDeduplicationKeyOfTheTable(String deduplicationKey, String idempotencyKey) {
        target().accept(new TestItem(KEYS, KEYS, deduplicationKey));
        assertThat(receiver.messages().get(0).header("Idempotency-Key")).isEqualTo(idempotencyKey);
    }

    @Test
    void webhookIdOfABackfilledItemHasNoDots() {
        var item = TestItem.named("backfill:my.table:af01");
        target(Mode.BINARY, WebhookSecret.parse(SECRET), Duration.ofSeconds(20), Map.of())
                .accept(item);
        var message = receiver.messages().get(0);
        assertThat(message.header("ce-id")).isEqualTo("backfill:my.table:af01");
        assertThat(message.header("webhook-id")).isEqualTo("backfill:my~table:af01");
    }

    @Test
    void aStatusCountsThoughTheRestOfTheAnswerIsLost() {
        Receiver.Behaviour torn = exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write("begun".getBytes(UTF_8));
            exchange.getResponseBody().flush();
        };
        receiver.then(torn);
        assertThatCode(() -> target().accept(ITEM)).doesNotThrowAnyException();
    }

    @Test
    void aSlowReceiverIsGivenUpInTime() {
        var end = new CountDownLatch(1);
        receiver.then(exchange -> awaitQuietly(end));
        long start = System.nanoTime();
        var target = target(Mode.BINARY, null, Duration.ofMillis(300), Map.of());
        var failure = catchThrowableOfType(RetryLaterException.class, () -> target.accept(ITEM));
        end.countDown();
        assertThat(failure).hasMessageEndingWith("did not answer within 300 ms");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void anAnswerWhoseBodyNeverEndsIsGivenUpInTime() {
        var end = new CountDownLatch(1);
        receiver.then(exchange -> {
            exchange.sendResponseHeaders(422, 0);
            exchange.getResponseBody().write("no".getBytes(UTF_8));
            exchange.getResponseBody().flush();
            awaitQuietly(end);
        });
        var target = target(Mode.BINARY, null, Duration.ofSeconds(2), Map.of());
        var failure = catchThrowableOfType(FatalFailureException.class, () -> target.accept(ITEM));
        end.countDown();
        assertThat(failure.getCause()).hasMessage("no");
    }

    @Test
    void aReceiverThatIsNotThereAsksForARetry() {
        receiver.close();
        var failure = catchThrowableOfType(RetryLaterException.class, () -> target().accept(ITEM));
        assertThat(failure).hasMessageContaining("did not answer: java.net.ConnectException");
    }

    @Test
    void connectionsAreReused() {
        var target = target();
        receiver.then(500, "sorry", new String[0]);
        assertThat(catchThrowableOfType(RetryLaterException.class, () -> target.accept(ITEM)))
                .isNotNull();
        for (int i = 0; i < 20; i++) {
            target.accept(ITEM);
        }
        assertThat(receiver.messages()).hasSize(21);
        assertThat(receiver.connections()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"whsec_%%%", "whsec_c2hvcnQ=", "short"})
    void badSecretIsNamedAndNotShown(String secret) {
        var failure = catchThrowableOfType(IllegalArgumentException.class, () -> WebhookSecret.parse(secret));
        assertThat(failure).hasNoCause();
        assertThat(failure.getMessage()).doesNotContain(secret.replace("whsec_", ""));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
