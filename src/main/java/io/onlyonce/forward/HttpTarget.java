package io.onlyonce.forward;

import io.onlyonce.ItemInserted;
import io.onlyonce.forward.AnswerHandler.Answer;
import io.onlyonce.publication.FatalFailureException;
import io.onlyonce.publication.RetryLaterException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Posts each item as a CloudEvent, with an idempotency key, and judges the answer. */
public final class HttpTarget implements Consumer<ItemInserted<Map<String, AttributeValue>>> {

    private final String name;
    private final HttpSettings settings;
    private final Clock clock;
    private final HttpClient client;
    private final Gate gate;

    /**
     * A receiver.
     *
     * @param name name of the forward
     * @param settings where and how they are sent
     * @param clock wall clock
     */
    public HttpTarget(String name, HttpSettings settings, Clock clock) {
        this.name = name;
        this.settings = settings;
        this.clock = clock;
        this.gate = new Gate(receiver(), settings.longestDelay(), clock);
        this.client = HttpClient.newBuilder()
                .followRedirects(Redirect.NEVER)
                .connectTimeout(settings.timeout())
                // Over HTTP/2 all requests share one connection, and a POST above the server's limit of streams fails
                // for good. With a connection for each there is no such limit.
                .version(Version.HTTP_1_1)
                .build();
    }

    @Override
    public void accept(ItemInserted<Map<String, AttributeValue>> event) {
        gate.pass();
        judge(exchange(request(event)));
    }

    private HttpRequest request(ItemInserted<Map<String, AttributeValue>> event) {
        var message = new EventMessage(ItemEvents.of(event), settings.mode());
        String id = TargetIds.webhookId(event);
        long timestamp = clock.instant().getEpochSecond();
        var request = HttpRequest.newBuilder(settings.url()).POST(BodyPublishers.ofByteArray(message.body()));
        settings.headers().forEach(request::setHeader);
        message.headers().forEach(request::setHeader);
        request.setHeader("Idempotency-Key", TargetIds.idempotencyKey(event));
        WebhookSecret secret = settings.secret();
        if (secret != null) {
            request.setHeader("webhook-id", id);
            request.setHeader("webhook-timestamp", Long.toString(timestamp));
            request.setHeader("webhook-signature", secret.sign(id, timestamp, message.body()));
        }
        return request.build();
    }

    /** Not the client's own timeout, which ends with the head of the answer. */
    private Answer exchange(HttpRequest request) {
        var handler = new AnswerHandler();
        var exchange = client.sendAsync(request, handler);
        String failure;
        Throwable cause = null;
        try {
            var unused = exchange.get(settings.timeout().toNanos(), TimeUnit.NANOSECONDS);
            failure = "gave no answer";
        } catch (ExecutionException e) {
            cause = e.getCause();
            failure = "did not answer";
        } catch (TimeoutException e) {
            exchange.cancel(true);
            failure = "did not answer within " + settings.timeout().toMillis() + " ms";
        } catch (InterruptedException e) {
            exchange.cancel(true);
            Thread.currentThread().interrupt();
            failure = "had not answered when the wait was interrupted";
        }
        Answer answer = handler.answer();
        if (answer == null) {
            throw new RetryLaterException(receiver(failure, cause), Duration.ZERO, cause);
        }
        return answer;
    }

    private void judge(Answer answer) {
        int status = answer.status();
        if ((status >= 200 && status < 300) || status == settings.alreadyProcessed()) {
            return;
        }
        String message = receiver("answered " + status, null);
        if (isTransient(status)) {
            Duration delay = answer.headers()
                    .firstValue("Retry-After")
                    .map(value -> gate.close(RetryAfter.parse(value, Gate.LONGEST, clock)))
                    .orElse(Duration.ZERO);
            throw new RetryLaterException(message, delay, null);
        }
        throw FatalFailureException.answered(message, answer.beginning());
    }

    /** Whether a status says that the same message may be taken another time. */
    public static boolean isTransient(int status) {
        return status == 408 || status == 425 || status == 429 || status >= 500;
    }

    private String receiver(String what, @Nullable Throwable cause) {
        String reason = cause == null ? "" : ": " + cause;
        return "%s %s%s".formatted(receiver(), what, reason);
    }

    private String receiver() {
        return "The receiver of forward." + name;
    }
}
