package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.sun.net.httpserver.HttpServer;
import io.onlyonce.chaos.ServiceProcess.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceProcessTests {

    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Pattern READY = Pattern.compile("Ready at (\\S+)");

    private final ServiceProcess service =
            ServiceProcess.start("greeter", new Program(Greeter.class, "you").with(Map.of("greeting", "Hello")));

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void runsWithPropertiesAndArguments() {
        assertThat(service.awaitHttp(ready(), DEADLINE)).isEqualTo("Hello you");
        assertThat(service.isAlive()).isTrue();
    }

    @Test
    void stopLetsItFinish() {
        ready();

        assertThat(service.stop(DEADLINE)).isEqualTo(143);

        assertThat(service.output()).contains("Stopping");
        assertThat(service.isAlive()).isFalse();
    }

    @Test
    void killDoesNotLetItFinishAndItStartsAgain() {
        URI before = ready();
        service.kill9();

        assertThat(service.isAlive()).isFalse();
        assertThat(service.output()).doesNotContain("Stopping");
        service.start();
        assertThat(ready()).isNotEqualTo(before);
        assertThat(service.log()).hasFileName("greeter-2.log");
    }

    @Test
    void pausedItDoesNothing() throws Exception {
        URI uri = ready();
        var http = HttpClient.newHttpClient();
        var request =
                HttpRequest.newBuilder(uri).timeout(Duration.ofMillis(500)).build();
        service.pause();

        assertThatExceptionOfType(HttpTimeoutException.class)
                .isThrownBy(() -> http.send(request, BodyHandlers.ofString()));
        service.resume();

        assertThat(service.awaitHttp(uri, DEADLINE)).isEqualTo("Hello you");
    }

    @Test
    void killsAPausedOne() {
        ready();
        service.pause();

        service.kill9();

        assertThat(service.isAlive()).isFalse();
    }

    @Test
    void waitingEndsWithTheProcess() {
        ready();
        service.kill9();

        assertThatIllegalStateException()
                .isThrownBy(() -> service.awaitOutput(Pattern.compile("never"), DEADLINE))
                .withMessageContaining("greeter ended and did not print never")
                .withMessageContaining("Ready at");
    }

    @Test
    void waitingEndsAtTheDeadline() {
        assertThatIllegalStateException()
                .isThrownBy(() -> service.awaitOutput(Pattern.compile("never"), Duration.ofMillis(200)))
                .withMessageContaining("greeter did not print never within PT0.2S");
    }

    @Test
    void childEndsWithAParentThatIsKilled() {
        try (var parent = ServiceProcess.start("parent", new Program(Parent.class))) {
            URI child = URI.create(parent.awaitOutput(READY, DEADLINE).group(1));
            parent.kill9();

            var http = HttpClient.newHttpClient();
            Awaitility.await().atMost(DEADLINE).untilAsserted(() -> assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> http.send(HttpRequest.newBuilder(child).build(), BodyHandlers.ofString())));
        }
    }

    private URI ready() {
        return URI.create(service.awaitOutput(READY, DEADLINE).group(1));
    }

    /** Answers every request with a greeting. */
    static final class Greeter {

        public static void main(String... arguments) throws IOException {
            byte[] greeting = (System.getProperty("greeting") + " " + arguments[0]).getBytes();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("Stopping")));
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                exchange.sendResponseHeaders(200, greeting.length);
                exchange.getResponseBody().write(greeting);
                exchange.close();
            });
            server.start();
            System.out.println(
                    "Ready at http://127.0.0.1:" + server.getAddress().getPort() + "/");
        }
    }

    /** Starts another process. */
    static final class Parent {

        public static void main(String... arguments) throws InterruptedException {
            var child = ServiceProcess.start("child", new Program(Greeter.class, "child"));
            System.out.println(child.awaitOutput(READY, DEADLINE).group());
            Thread.currentThread().join();
        }
    }
}
