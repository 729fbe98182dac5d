package io.onlyonce.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.onlyonce.forward.HttpSettings.Mode;
import io.onlyonce.publication.RetryLaterException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Receivers with certificates of a test's own authority, which the runtime trusts meanwhile. */
class HttpsTests {

    private static final char[] PASSWORD = "password".toCharArray();
    private static final Map<String, AttributeValue> ITEM = Map.of("id", AttributeValue.fromS("1"));

    @TempDir
    private static Path directory;

    private static SSLContext before;
    private static KeyStore keys;

    @BeforeAll
    static void trustTheAuthority() throws Exception {
        keytool("authority", "-ext", "bc:c");
        keytool("good", "-signer", "authority", "-ext", "SAN=dns:localhost");
        keytool("elsewhere", "-signer", "authority", "-ext", "SAN=dns:elsewhere.example.com");
        keytool("expired", "-signer", "authority", "-ext", "SAN=dns:localhost", "-startdate", "-9d", "-validity", "5");
        keytool("untrusted", "-ext", "SAN=dns:localhost");
        keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(directory.resolve("keys.p12"))) {
            keys.load(in, PASSWORD);
        }
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", keys.getCertificate("authority"));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        before = SSLContext.getDefault();
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLContext.setDefault(context);
    }

    @AfterAll
    static void trustAsBefore() {
        SSLContext.setDefault(before);
    }

    @Test
    void itemsReachAReceiverWithAGoodCertificate() throws Exception {
        var received = new AtomicInteger();
        var server = server("good", received);
        try {
            target(server.getAddress().getPort()).accept(new TestItem(ITEM, ITEM, "1"));
            assertThat(received).hasValue(1);
        } finally {
            server.stop(0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "untrusted, certification path",
        "elsewhere, No subject alternative DNS name matching localhost",
        "expired, validity check failed"
    })
    void nothingIsSentToAReceiverWhoseCertificateIsNotInOrder(String certificate, String reason) throws Exception {
        var received = new AtomicInteger();
        var server = server(certificate, received);
        try {
            var target = target(server.getAddress().getPort());
            var failure =
                    catchThrowableOfType(RetryLaterException.class, () -> target.accept(new TestItem(ITEM, ITEM, "1")));
            assertThat(failure).isNotNull().hasStackTraceContaining(reason);
            assertThat(received).hasValue(0);
        } finally {
            server.stop(0);
        }
    }

    /** Over HTTP/2 the JDK's client would fail what is above the server's limit. */
    @Test
    void moreItemsAtATimeThanStreamsOfHttp2AllReachTheReceiver() throws Exception {
        int atATime = 8;
        var together = new CyclicBarrier(atATime);
        var first = new AtomicBoolean(true);
        var tomcat = tomcat(new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            protected void doPost(HttpServletRequest request, HttpServletResponse response) {
                try {
                    if (!first.getAndSet(false)) {
                        together.await(20, TimeUnit.SECONDS);
                    }
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        var threads = Executors.newFixedThreadPool(atATime);
        try {
            var target = target(tomcat.getConnector().getLocalPort());
            // Leaves a connection, which HTTP/2 would take for all.
            target.accept(new TestItem(ITEM, ITEM, "1"));
            var start = new CountDownLatch(1);
            List<Future<?>> sent = new ArrayList<>();
            for (int i = 0; i < atATime; i++) {
                sent.add(threads.submit(() -> {
                    start.await();
                    target.accept(new TestItem(ITEM, ITEM, "1"));
                    return null;
                }));
            }
            start.countDown();
            assertThat(sent).allSatisfy(one -> assertThatNoException().isThrownBy(one::get));
        } finally {
            threads.shutdownNow();
            tomcat.stop();
            tomcat.destroy();
        }
    }

    private static HttpTarget target(int port) {
        var settings = new HttpSettings(
                URI.create("https://localhost:" + port + "/"),
                Map.of(),
                Duration.ofSeconds(30),
                null,
                409,
                Mode.BINARY,
                Duration.ofSeconds(30));
        return new HttpTarget("receipts", settings, Clock.systemUTC());
    }

    private static HttpsServer server(String certificate, AtomicInteger received) throws Exception {
        var context = SSLContext.getInstance("TLS");
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(only(certificate), PASSWORD);
        context.init(managers.getKeyManagers(), null, null);
        var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            received.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    /** Offers HTTP/2, with fewer streams at a time than most servers permit. */
    private static Tomcat tomcat(HttpServlet servlet) throws Exception {
        var certificate = new SSLHostConfig();
        var keyStore = new SSLHostConfigCertificate(certificate, SSLHostConfigCertificate.Type.UNDEFINED);
        keyStore.setCertificateKeystore(only("good"));
        keyStore.setCertificateKeystorePassword(new String(PASSWORD));
        certificate.addCertificate(keyStore);
        var http2 = new Http2Protocol();
        http2.setMaxConcurrentStreams(2);
        var connector = new Connector();
        connector.setPort(0);
        connector.setSecure(true);
        connector.setScheme("https");
        connector.setProperty("SSLEnabled", "true");
        connector.addSslHostConfig(certificate);
        connector.addUpgradeProtocol(http2);
        var tomcat = new Tomcat();
        tomcat.setBaseDir(directory.toString());
        tomcat.setConnector(connector);
        var context = tomcat.addContext("", directory.toString());
        Tomcat.addServlet(context, "receiver", servlet);
        context.addServletMappingDecoded("/", "receiver");
        tomcat.start();
        return tomcat;
    }

    private static KeyStore only(String certificate) throws Exception {
        var one = KeyStore.getInstance("PKCS12");
        one.load(null, null);
        one.setKeyEntry(
                certificate, keys.getKey(certificate, PASSWORD), PASSWORD, keys.getCertificateChain(certificate));
        return one;
    }

    private static void keytool(String alias, String... further) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + alias,
                "-storetype",
                "PKCS12",
                "-keystore",
                directory.resolve("keys.p12").toString(),
                "-storepass",
                new String(PASSWORD)));
        command.addAll(List.of(further));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
