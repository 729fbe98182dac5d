package io.onlyonce.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** Stands before a service and makes each request wait, as the way to a service does. It copies bytes and understands nothing: a request begins with the first bytes that follow an answer. */
final class DelayProxy {

    private final URI service;
    private final Duration delay;
    private final ServerSocket server;
    private final LongAdder requests = new LongAdder();

    private DelayProxy(URI service, Duration delay) throws IOException {
        this.service = service;
        this.delay = delay;
        this.server = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
    }

    /** Starts one for the rest of the process. */
    static DelayProxy start(URI service, Duration delay) throws IOException {
        var proxy = new DelayProxy(service, delay);
        startThread(proxy::accept);
        return proxy;
    }

    /** Where it listens. */
    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** Requests so far. */
    long requests() {
        return requests.sum();
    }

    private void accept() throws IOException {
        while (true) {
            var client = server.accept();
            var upstream = new Socket(service.getHost(), service.getPort());
            client.setTcpNoDelay(true);
            upstream.setTcpNoDelay(true);
            var answered = new AtomicBoolean(true);
            startThread(() -> copy(client, upstream, () -> {
                if (answered.compareAndSet(true, false)) {
                    requests.increment();
                    LockSupport.parkNanos(delay.toNanos());
                }
            }));
            startThread(() -> copy(upstream, client, () -> answered.set(true)));
        }
    }

    private static void copy(Socket from, Socket to, Runnable beforeWriting) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[64 * 1024];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                beforeWriting.run();
                out.write(buffer, 0, read);
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void startThread(Work work) {
        var thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // Either side has gone.
                    }
                },
                "delay-proxy");
        thread.setDaemon(true);
        thread.start();
    }
}
