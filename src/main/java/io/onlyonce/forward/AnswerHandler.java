package io.onlyonce.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** Keeps of one answer what there is to know, as soon as it is there: the status counts even if the rest of the answer never arrives. */
final class AnswerHandler implements BodyHandler<Void>, BodySubscriber<Void> {

    static final int LONGEST_QUOTE = 2048;

    /** What is longer is not read to its end, at the price of the connection. */
    private static final int LONGEST_BODY = 64 * 1024;

    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();
    private @Nullable ResponseInfo info;
    private @Nullable Subscription subscription;
    private int received;

    /**
     * An answer.
     *
     * @param status status
     * @param headers headers
     * @param beginning the first of its body that have arrived
     */
    record Answer(int status, HttpHeaders headers, String beginning) {}

    /** What has arrived so far; absent if not even the status has. */
    synchronized @Nullable Answer answer() {
        ResponseInfo known = info;
        return known == null ? null : new Answer(known.statusCode(), known.headers(), beginning.toString(UTF_8));
    }

    @Override
    public synchronized BodySubscriber<Void> apply(ResponseInfo responseInfo) {
        info = responseInfo;
        return this;
    }

    @Override
    public void onSubscribe(Subscription given) {
        synchronized (this) {
            subscription = given;
        }
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        if (keep(buffers) > LONGEST_BODY) {
            Objects.requireNonNull(subscription).cancel();
            end.complete(null);
        }
    }

    private synchronized int keep(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            received += buffer.remaining();
            byte[] kept = new byte[Math.min(buffer.remaining(), LONGEST_QUOTE - beginning.size())];
            buffer.get(kept);
            beginning.write(kept, 0, kept.length);
        }
        return received;
    }

    @Override
    public void onError(Throwable failure) {
        end.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        end.complete(null);
    }

    @Override
    public CompletionStage<Void> getBody() {
        return end;
    }
}
