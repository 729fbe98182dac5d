package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.app.OnlyonceApplication;
import io.onlyonce.engine.ConsumerCounts;
import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.engine.Engine;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What two services that share shards with KCL call, compared with the README's policies. */
class KclAccessIT {

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final ChaosTables tables = ChaosTables.create(local);

    @Test
    void readmeAllowsWhatIsCalledAndNoMore() throws Exception {
        try (FaultProxy proxy = FaultProxy.before(local.endpoint())) {
            var first = run(proxy.endpoint());
            write("one");
            awaitProcessed(first, 1);
            var second = run(proxy.endpoint());
            // The leader assigns, the other one discovers; each as often as it does so.
            await().pollDelay(Duration.ofSeconds(15))
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> true);
            first.close();
            write("two");
            awaitProcessed(second, 1);
            second.close();

            var used = ReadmePolicy.used(proxy.accesses(), this::inTheWordsOfTheReadme);
            used.removeIf(action -> action.contains("chaos"));
            var allowed = new TreeSet<>(ReadmePolicy.documented(0));
            var forKcl = ReadmePolicy.documented(1);
            allowed.addAll(forKcl);
            assertThat(minus(used, allowed))
                    .as("calls that the README's policies do not allow")
                    .isEmpty();
            assertThat(minus(forKcl, used))
                    .as("actions of the README's policy for kcl that nothing needs")
                    .isEmpty();
        }
    }

    private static Set<String> minus(Set<String> all, Set<String> some) {
        var rest = new TreeSet<>(all);
        rest.removeAll(some);
        return rest;
    }

    private String inTheWordsOfTheReadme(String resource) {
        return resource.replace(tables.source(), "orders")
                .replaceFirst("stream/.*", "stream/*")
                .replaceFirst(tables.prefix() + "-onlyonce-kcl-\\w+", "onlyonce-*-kcl-*")
                .replaceFirst(tables.prefix() + "-(ledger|checkpoints|quarantine)", "onlyonce-*")
                .replaceFirst("onlyonce-\\*-kcl-\\*/index/.*", "onlyonce-*-kcl-*/index/*")
                .replace(tables.committed(), "chaos")
                .replace(tables.outside(), "chaos");
    }

    private ConfigurableApplicationContext run(URI endpoint) {
        return OnlyonceApplication.application(ChaosService.class)
                .run(tables.arguments(endpoint, "--onlyonce.engine=kcl"));
    }

    private void write(String id) {
        local.client().putItem(put -> put.tableName(tables.source()).item(Map.of("id", AttributeValue.fromS(id))));
    }

    private void awaitProcessed(ConfigurableApplicationContext context, long count) {
        await().atMost(Duration.ofMinutes(1))
                .until(() -> context.getBean(ConsumerCounts.class)
                                .of(tables.source())
                                .processed()
                        == count);
        await().atMost(Duration.ofMinutes(1))
                .until(() -> context.getBean(Engine.class).status().tables().get(0).shards().stream()
                        .anyMatch(shard -> shard.state() == ShardState.READING));
    }
}
