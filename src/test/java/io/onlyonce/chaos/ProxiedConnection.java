package io.onlyonce.chaos;

import io.onlyonce.chaos.FaultControl.Injection;
import io.onlyonce.chaos.FaultDice.Decision;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves one connection of a client, on a thread of its own. */
final class ProxiedConnection implements Runnable, Closeable {

    private static final Logger log = LoggerFactory.getLogger(ProxiedConnection.class);

    /** Stands for an answer that never comes. */
    private static final Optional<HttpMessage> RESET = Optional.empty();

    private final HttpConnection client;
    private final Upstream upstream;
    private final ProxyState state;

    ProxiedConnection(Socket socket, Upstream upstream, ProxyState state) throws IOException {
        this.client = new HttpConnection(socket);
        this.upstream = upstream;
        this.state = state;
    }

    @Override
    public void run() {
        try (client;
                upstream) {
            while (serveOne()) {
                // Until either side ends the connection.
            }
        } catch (IOException e) {
            log.debug("A client went away", e);
        }
    }

    private boolean serveOne() throws IOException {
        Optional<HttpMessage> received = client.read();
        if (received.isEmpty()) {
            return false;
        }
        HttpMessage request = received.get();
        Optional<HttpMessage> answer = answer(request);
        if (answer.isEmpty()) {
            client.reset();
            return false;
        }
        client.write(answer.get());
        return !request.hasHeader("Connection", "close");
    }

    private Optional<HttpMessage> answer(HttpMessage request) throws IOException {
        if (ControlRequests.isOne(request)) {
            return Optional.of(ControlRequests.answer(request, state));
        }
        Optional<ApiCall> call = ApiCall.of(request);
        return call.isEmpty() ? ask(request) : answer(call.get());
    }

    private Optional<HttpMessage> answer(ApiCall call) throws IOException {
        state.received(call);
        if (state.isOut()) {
            return reset(call, Fault.OUTAGE);
        }
        Decision decision = state.decide(call);
        hold(call, Fault.DELAYED_REQUEST, decision.requestDelay());
        Optional<HttpMessage> answer = answer(call, decision);
        hold(call, Fault.DELAYED_ANSWER, decision.answerDelay());
        return answer;
    }

    private Optional<HttpMessage> answer(ApiCall call, Decision decision) throws IOException {
        Fault fault = decision.fault();
        if (fault == null) {
            return forward(call);
        }
        HttpMessage error = fault.answer();
        if (error != null) {
            return instead(call, fault, 1, error);
        }
        return switch (fault) {
            case RESET_BEFORE -> reset(call, fault);
            case RESET_AFTER -> forward(call).flatMap(lost -> reset(call, fault));
            case EMPTY_PAGE -> instead(call, fault, 1, emptyPage(call));
            case REPEATED_PAGE -> repeatPage(call, decision);
            case TRANSACTION_CONFLICT -> instead(call, fault, 1, conflict(call, decision.random()));
            default -> answerInPart(call, decision);
        };
    }

    private Optional<HttpMessage> reset(ApiCall call, Fault fault) {
        state.injected(new Injection(fault, call.operation()), 1);
        return RESET;
    }

    private Optional<HttpMessage> instead(ApiCall call, Fault fault, int parts, HttpMessage answer) {
        state.injected(new Injection(fault, call.operation()), parts);
        return Optional.of(answer);
    }

    private Optional<HttpMessage> repeatPage(ApiCall call, Decision decision) throws IOException {
        var page = state.pages().before(iterator(call));
        if (page.isEmpty()) {
            decision.giveBack().run();
            return forward(call);
        }
        return instead(
                call, Fault.REPEATED_PAGE, page.get().inserts(), page.get().answer());
    }

    private Optional<HttpMessage> answerInPart(ApiCall call, Decision decision) throws IOException {
        Fault fault = decision.fault();
        var partial = PartialBatch.of(fault, call, decision.random());
        if (partial.isEmpty()) {
            decision.giveBack().run();
            return forward(call);
        }
        PartialBatch batch = partial.get();
        String rest = batch.rest();
        if (rest == null) {
            return instead(
                    call,
                    fault,
                    batch.heldBack(),
                    HttpMessage.answer(200, batch.complete().apply("{}")));
        }
        Optional<HttpMessage> answer = forward(call.withBody(rest));
        if (answer.isEmpty() || !answer.get().isSuccess()) {
            decision.giveBack().run();
            return answer;
        }
        return instead(
                call,
                fault,
                batch.heldBack(),
                answer.get().withBody(batch.complete().apply(answer.get().body())));
    }

    private Optional<HttpMessage> forward(ApiCall call) throws IOException {
        state.forwarded(call);
        Optional<HttpMessage> answer = ask(call.request());
        if (call.operation().equals("GetRecords")
                && answer.isPresent()
                && answer.get().isSuccess()) {
            state.pages().read(iterator(call), answer.get());
        }
        return answer;
    }

    private Optional<HttpMessage> ask(HttpMessage request) {
        try {
            return Optional.of(upstream.ask(request));
        } catch (IOException e) {
            if (!state.isClosed()) {
                state.failed();
                log.warn("The service behind the proxy failed: {}", e.toString());
            }
            return RESET;
        }
    }

    private void hold(ApiCall call, Fault fault, Duration delay) throws InterruptedIOException {
        if (delay.isZero()) {
            return;
        }
        state.injected(new Injection(fault, call.operation()), 1);
        try {
            TimeUnit.NANOSECONDS.sleep(delay.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    private static String iterator(ApiCall call) {
        return Json.text(call.members().get("ShardIterator"));
    }

    private static HttpMessage emptyPage(ApiCall call) {
        return HttpMessage.answer(
                200, "{\"Records\":[],\"NextShardIterator\":" + call.members().get("ShardIterator") + "}");
    }

    private static HttpMessage conflict(ApiCall call, SplittableRandom random) {
        int size = Json.elements(call.members().get("TransactItems")).size();
        int contended = random.nextInt(size);
        List<String> codes = IntStream.range(0, size)
                .mapToObj(item -> item == contended ? "TransactionConflict" : "None")
                .toList();
        Map<String, String> body = new LinkedHashMap<>();
        body.put("__type", Json.quote("com.amazonaws.dynamodb.v20120810#TransactionCanceledException"));
        body.put(
                "CancellationReasons",
                codes.stream().map(ProxiedConnection::reason).collect(Collectors.joining(",", "[", "]")));
        body.put(
                "Message",
                Json.quote("Transaction cancelled, please refer cancellation reasons for specific reasons "
                        + codes.stream().collect(Collectors.joining(", ", "[", "]"))));
        return HttpMessage.answer(400, Json.object(body));
    }

    private static String reason(String code) {
        return code.equals("None")
                ? "{\"Code\":\"None\"}"
                : "{\"Code\":\"" + code + "\",\"Message\":\"Transaction is ongoing for the item\"}";
    }

    @Override
    public void close() throws IOException {
        client.close();
        upstream.close();
    }
}
