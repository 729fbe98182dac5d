package io.onlyonce.app;

import com.jayway.jsonpath.JsonPath;
import io.onlyonce.engine.Engine;
import io.onlyonce.engine.FakeEngine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The service as its main method starts it, on a free port and with an engine that reads nothing. */
final class RunningService implements AutoCloseable {

    private final HttpClient client = HttpClient.newHttpClient();
    private final ConfigurableApplicationContext context;

    RunningService(String... arguments) {
        var always = Stream.of(
                "--server.port=0",
                "--spring.cloud.aws.region.static=eu-central-1",
                "--onlyonce.streams.orders=",
                "--onlyonce.streams.users=");
        context = OnlyonceApplication.application(Fake.class)
                .run(Stream.concat(always, Stream.of(arguments)).toArray(String[]::new));
    }

    ConfigurableApplicationContext context() {
        return context;
    }

    FakeEngine engine() {
        return context.getBean(FakeEngine.class);
    }

    Answer get(String path) {
        return send(request(path).GET());
    }

    Answer getHtml(String path) {
        return send(request(path).GET().header("Accept", "text/html"));
    }

    Answer post(String path, String json) {
        return post(path, json, "application/json");
    }

    Answer post(String path, String body, String contentType) {
        return send(request(path).POST(BodyPublishers.ofString(body)).header("Content-Type", contentType));
    }

    private HttpRequest.Builder request(String path) {
        String port = context.getEnvironment().getRequiredProperty("local.server.port");
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            return new Answer(client.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        context.close();
    }

    record Answer(HttpResponse<String> response) {

        int status() {
            return response.statusCode();
        }

        String body() {
            return response.body();
        }

        String contentType() {
            return response.headers().firstValue("Content-Type").orElse("");
        }

        Object json(String path) {
            return JsonPath.read(body(), path);
        }

        Map<String, Object> object(String path) {
            return JsonPath.<Map<String, Object>>read(body(), path);
        }

        List<Object> list(String path) {
            return JsonPath.<List<Object>>read(body(), path);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Fake {

        @Bean
        Engine engine() {
            return new FakeEngine("orders", "users");
        }
    }
}
