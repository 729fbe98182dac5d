package io.onlyonce.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.regions.Region;

/** Answers in the words of AWS, one for each request, and keeps what it is asked. */
final class AwsStub implements AutoCloseable {

    private final Receiver receiver = new Receiver();

    /** Answers the next request. */
    AwsStub then(int status, String body, String... headers) {
        receiver.then(status, body, headers);
        return this;
    }

    /** Answers the next request when a latch opens. */
    AwsStub thenAfter(CountDownLatch latch, String body) {
        receiver.then(exchange -> {
            try {
                latch.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            byte[] bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        });
        return this;
    }

    /** A client of it that tries nothing again by itself. */
    <T extends AwsClientBuilder<T, ?>> T configure(T builder) {
        return clientConfiguration(builder, endpoint());
    }

    static <T extends AwsClientBuilder<T, ?>> T clientConfiguration(T builder, URI endpoint) {
        return builder.endpointOverride(endpoint)
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
                .overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()));
    }

    URI endpoint() {
        return receiver.uri().resolve("/");
    }

    List<Receiver.Message> requests() {
        return receiver.messages();
    }

    /** Body of a request. */
    String body(int number) {
        return new String(requests().get(number).body(), UTF_8);
    }

    @Override
    public void close() {
        receiver.close();
    }
}
