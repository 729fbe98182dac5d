package io.onlyonce.chart;

import io.onlyonce.ItemInserted;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.app.OnlyonceApplication;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The service, reading a table of DynamoDB Local, with a listener that takes the time it is told to. */
final class LiveService implements AutoCloseable {

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final HttpClient client = HttpClient.newHttpClient();
    private final String table = local.createTableWithStream("live");
    private final AtomicInteger items = new AtomicInteger();
    private final ConfigurableApplicationContext context;

    LiveService() {
        context = OnlyonceApplication.application(Listeners.class)
                .run(LocalDynamoDb.serviceArguments(
                        local.endpoint(),
                        "--onlyonce.tables.prefix=" + LocalDynamoDb.uniqueName("live"),
                        "--onlyonce.streams." + table + ".key=item-key"));
    }

    String table() {
        return table;
    }

    int port() {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    Listener listener() {
        return context.getBean(Listener.class);
    }

    /** Writes a new item. */
    void put() {
        put("item-" + items.incrementAndGet(), "first");
    }

    void put(String id, String content) {
        local.client().putItem(request -> request.tableName(table)
                .item(Map.of("id", AttributeValue.fromS(id), "content", AttributeValue.fromS(content))));
    }

    String scrape() throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port() + "/actuator/prometheus"))
                .build();
        return client.send(request, BodyHandlers.ofString()).body();
    }

    @Override
    public void close() {
        listener().release();
        context.close();
    }

    @Configuration(proxyBeanMethods = false)
    static class Listeners {

        @Bean
        Listener listener() {
            return new Listener();
        }
    }

    static final class Listener {

        private final CountDownLatch released = new CountDownLatch(1);
        private volatile Duration takes = Duration.ZERO;

        void takes(Duration time) {
            takes = time;
        }

        /** From now on it takes no time. */
        void release() {
            released.countDown();
        }

        @EventListener
        void on(ItemInserted<Map<String, AttributeValue>> event) throws InterruptedException {
            if (!takes.isZero()) {
                released.await(takes.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }
}
