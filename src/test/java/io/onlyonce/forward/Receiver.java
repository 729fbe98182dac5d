package io.onlyonce.forward;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** An HTTP server that keeps what it is sent and does what it is told, one behaviour a request; 204 when there is none left. */
public final class Receiver implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ConcurrentLinkedDeque<Behaviour> behaviours = new ConcurrentLinkedDeque<>();
    private final List<Message> messages = new CopyOnWriteArrayList<>();
    private final Set<Integer> ports = ConcurrentHashMap.newKeySet();

    /** What it does with a request. */
    @FunctionalInterface
    public interface Behaviour {
        void answer(HttpExchange exchange) throws IOException;
    }

    /** What it was sent. */
    public record Message(HttpExchange exchange, byte[] body) {

        public String header(String name) {
            return exchange.getRequestHeaders().getFirst(name);
        }

        public String path() {
            return exchange.getRequestURI().toString();
        }
    }

    public Receiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        ports.add(exchange.getRemoteAddress().getPort());
        messages.add(new Message(exchange, exchange.getRequestBody().readAllBytes()));
        Behaviour behaviour = behaviours.poll();
        if (behaviour == null) {
            exchange.sendResponseHeaders(204, -1);
        } else {
            behaviour.answer(exchange);
        }
        exchange.close();
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/items?source=test");
    }

    public List<Message> messages() {
        return messages;
    }

    /** How many connections it was reached over. */
    public int connections() {
        return ports.size();
    }

    public Receiver then(Behaviour behaviour) {
        behaviours.add(behaviour);
        return this;
    }

    public Receiver then(int status, String... headers) {
        return then(status, "", headers);
    }

    public Receiver then(int status, String body, String[] headers) {
        return then(exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            byte[] bytes = body.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        });
    }

    /** Holds the answer to the next request back, as long as whoever sent it lives; answers when it has arrived. */
    public Message holdNext(Duration patience) {
        var held = new CompletableFuture<HttpExchange>();
        then(exchange -> {
            held.complete(exchange);
            LockSupport.parkNanos(patience.toNanos());
        });
        HttpExchange exchange =
                held.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS).join();
        return messages.stream()
                .filter(message -> message.exchange() == exchange)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
