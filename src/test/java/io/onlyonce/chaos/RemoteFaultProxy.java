package io.onlyonce.chaos;

import io.onlyonce.chaos.Tally.Count;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/** Steers a {@link FaultProxy} in another process. */
final class RemoteFaultProxy implements FaultControl {

    private final URI endpoint;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    RemoteFaultProxy(URI endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public URI endpoint() {
        return endpoint;
    }

    @Override
    public void plan(FaultPlan plan) {
        ask(ControlRequests.PLAN, plan.text());
    }

    @Override
    public void outage(Duration duration) {
        ask(ControlRequests.OUTAGE, duration.toString());
    }

    @Override
    public Map<Injection, Count> faults() {
        return ControlRequests.faults(ask(ControlRequests.FAULTS, ""));
    }

    @Override
    public Map<Use, Count> received() {
        return ControlRequests.uses(ask(ControlRequests.RECEIVED, ""));
    }

    @Override
    public Map<Use, Count> forwarded() {
        return ControlRequests.uses(ask(ControlRequests.FORWARDED, ""));
    }

    @Override
    public long failures() {
        return Long.parseLong(ask(ControlRequests.FAILURES, ""));
    }

    @Override
    public void clear() {
        ask(ControlRequests.CLEAR, "");
    }

    private String ask(String path, String body) {
        var request = HttpRequest.newBuilder(endpoint.resolve(path))
                .timeout(Duration.ofSeconds(10))
                .POST(BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalArgumentException(path + " was refused: " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new IllegalStateException("The proxy does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while asking the proxy", e);
        }
    }
}
