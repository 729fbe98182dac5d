package io.onlyonce.bench;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.enhanced.dynamodb.document.EnhancedDocument;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A receiver in this process, which takes its time for each item. */
final class HttpOutlet implements Outlet {

    private final HttpClient client =
            HttpClient.newBuilder().version(Version.HTTP_1_1).build();
    private final AtomicLong calls = new AtomicLong();
    private final URI uri;
    private long callsBefore;

    HttpOutlet(Duration time) {
        try {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(Executors.newCachedThreadPool(HttpOutlet::daemon));
            server.createContext("/", exchange -> {
                exchange.getRequestBody().readAllBytes();
                LockSupport.parkNanos(time.toNanos());
                calls.incrementAndGet();
                exchange.sendResponseHeaders(204, -1);
                exchange.close();
            });
            server.start();
            uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/items");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Thread daemon(Runnable work) {
        var thread = new Thread(work, "receiver");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void clear() {
        callsBefore = calls();
    }

    @Override
    public void send(Map<String, AttributeValue> item) {
        String json = EnhancedDocument.fromAttributeValueMap(item).toJson();
        var request = HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json))
                .build();
        try {
            client.send(request, BodyHandlers.discarding());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<String> arguments(String forward) {
        return List.of("--" + forward + ".http.url=" + uri);
    }

    @Override
    public long arrived() {
        return calls() - callsBefore;
    }

    @Override
    public long calls() {
        return calls.get();
    }
}
