package io.onlyonce.chaos;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The service behind the proxy, over a connection of our own. */
final class Upstream implements Closeable {

    // Well within what servers grant an idle connection: one that breaks would leave open whether the request took
    // effect.
    private static final long MOST_IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final URI service;
    private @Nullable HttpConnection connection;
    private long lastUsedNanos;

    Upstream(URI service) {
        this.service = service;
    }

    HttpMessage ask(HttpMessage request) throws IOException {
        HttpConnection open = open();
        open.write(request.without("Accept-Encoding").without("Connection"));
        HttpMessage answer = open.read().orElseThrow(() -> new EOFException("No answer from " + service));
        lastUsedNanos = System.nanoTime();
        if (answer.hasHeader("Connection", "close")) {
            close();
        }
        return answer.without("Connection");
    }

    private HttpConnection open() throws IOException {
        if (connection != null && System.nanoTime() - lastUsedNanos > MOST_IDLE_NANOS) {
            close();
        }
        if (connection == null) {
            connection = new HttpConnection(new Socket(service.getHost(), service.getPort()));
        }
        return connection;
    }

    @Override
    public void close() throws IOException {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
