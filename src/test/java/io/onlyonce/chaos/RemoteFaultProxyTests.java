package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.chaos.FaultControl.Injection;
import io.onlyonce.chaos.FaultControl.Use;
import io.onlyonce.chaos.FaultPlan.Rule;
import io.onlyonce.chaos.ServiceProcess.Program;
import io.onlyonce.chaos.Tally.Count;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.ThrottlingException;

class RemoteFaultProxyTests {

    private final LocalDynamoDb local = LocalDynamoDb.shared();

    @Test
    void isSteeredFromHere() {
        var plan = FaultPlan.none().with(Rule.once(Fault.THROTTLING).in("PutItem"));
        var program = new Program(FaultProxy.class, local.endpoint().toString(), "0", plan.text());
        try (var process = ServiceProcess.start("fault-proxy", program)) {
            var endpoint =
                    URI.create(process.awaitOutput(Pattern.compile("Listening on (\\S+)"), Duration.ofSeconds(60))
                            .group(1));
            var proxy = new RemoteFaultProxy(endpoint);
            try (var client = Clients.dynamoDb(proxy.endpoint())) {
                steer(proxy, client);
            }
        }
    }

    private void steer(FaultControl proxy, DynamoDbClient client) {
        String table = Tables.uniqueName("remote");
        Tables.create(local.client(), table, "id");

        assertThatExceptionOfType(ThrottlingException.class).isThrownBy(() -> put(client, table));
        put(client, table);
        proxy.outage(Duration.ofMinutes(5));
        assertThatExceptionOfType(SdkClientException.class).isThrownBy(() -> put(client, table));
        proxy.outage(Duration.ZERO);
        put(client, table);

        var use = new Use("PutItem", new Access("PutItem", "table/" + table));
        assertThat(proxy.faults())
                .isEqualTo(Map.of(
                        new Injection(Fault.THROTTLING, "PutItem"),
                        new Count(1, 1),
                        new Injection(Fault.OUTAGE, "PutItem"),
                        new Count(1, 1)));
        assertThat(proxy.received()).isEqualTo(Map.of(use, new Count(4, 4)));
        assertThat(proxy.forwarded()).isEqualTo(Map.of(use, new Count(2, 2)));
        assertThat(proxy.accesses()).containsExactly(use.access());
        assertThat(proxy.failures()).isZero();

        proxy.clear();
        proxy.plan(FaultPlan.none().with(Fault.THROTTLING, 1));
        assertThatExceptionOfType(ThrottlingException.class).isThrownBy(() -> put(client, table));
        assertThat(proxy.injected(Fault.THROTTLING)).isEqualTo(new Count(1, 1));
        assertThat(proxy.faults()).hasSize(1);
    }

    private static void put(DynamoDbClient client, String table) {
        client.putItem(put -> put.tableName(table).item(Map.of("id", fromS("a"))));
    }
}
