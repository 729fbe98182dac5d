package io.onlyonce.chaos;

import io.onlyonce.chaos.Tally.Count;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between clients and DynamoDB Local, for both APIs, and makes calls go wrong by a {@link FaultPlan}. Also counts the calls and what they touched. Listens on loopback.
 *
 * <p>Each connection of a client has a thread and a connection to the service of its own: what holds up one call holds up no other.
 */
final class FaultProxy implements FaultControl, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(FaultProxy.class);

    private final ServerSocket server;
    private final URI service;
    private final ProxyState state = new ProxyState();
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final Thread acceptor;

    private FaultProxy(ServerSocket server, URI service) {
        this.server = server;
        this.service = service;
        this.acceptor = startThread("fault-proxy", this::accept);
    }

    /** Starts one on a free port, with no faults. */
    static FaultProxy before(URI service) {
        return before(service, 0);
    }

    /** Starts one with no faults. */
    static FaultProxy before(URI service, int port) {
        try {
            return new FaultProxy(new ServerSocket(port, 500, InetAddress.getLoopbackAddress()), service);
        } catch (IOException e) {
            throw new IllegalStateException("The proxy did not start on port " + port, e);
        }
    }

    /**
     * Runs one until the process is killed. Arguments: endpoint of the service, and optionally port and plan (as {@link FaultPlan#text} writes it). Says {@code Listening on <endpoint>} when it is ready;
     * {@link RemoteFaultProxy} steers it.
     */
    public static void main(String... arguments) throws InterruptedException {
        FaultProxy proxy = before(URI.create(arguments[0]), arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0);
        if (arguments.length > 2) {
            proxy.plan(FaultPlan.parse(arguments[2]));
        }
        System.out.println("Listening on " + proxy.endpoint());
        proxy.acceptor.join();
    }

    @Override
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    @Override
    public void plan(FaultPlan plan) {
        state.plan(plan);
    }

    @Override
    public void outage(Duration duration) {
        state.outage(duration);
    }

    @Override
    public Map<Injection, Count> faults() {
        return state.faults().counts();
    }

    @Override
    public Map<Use, Count> received() {
        return state.received().counts();
    }

    @Override
    public Map<Use, Count> forwarded() {
        return state.forwarded().counts();
    }

    @Override
    public long failures() {
        return state.failures();
    }

    @Override
    public void clear() {
        state.clear();
    }

    /** Ends every connection. */
    @Override
    public void close() throws IOException {
        state.closed();
        server.close();
        for (ProxiedConnection connection : connections) {
            connection.close();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                serve(server.accept());
            } catch (IOException e) {
                if (!server.isClosed()) {
                    log.warn("A connection could not be accepted: {}", e.toString());
                }
            }
        }
    }

    private void serve(Socket socket) throws IOException {
        var connection = new ProxiedConnection(socket, new Upstream(service), state);
        connections.add(connection);
        startThread("fault-proxy-" + socket.getPort(), () -> {
            connection.run();
            connections.remove(connection);
        });
    }

    private static Thread startThread(String name, Runnable task) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
