package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.app.OnlyonceApplication;
import io.onlyonce.backfill.BackfillState;
import io.onlyonce.backfill.Backfills;
import java.time.Duration;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What a service that backfills calls, compared with the README's policies. */
class BackfillAccessTests {

    private final LocalDynamoDb local = LocalDynamoDb.shared();
    private final String table = local.createTableWithStream("scanned");
    private final String prefix = LocalDynamoDb.uniqueName("books");

    @Test
    void readmeAllowsWhatIsCalledAndNoMore() throws Exception {
        local.client().putItem(put -> put.tableName(table).item(Map.of("id", AttributeValue.fromS("one"))));
        try (var proxy = FaultProxy.before(local.endpoint());
                var service = OnlyonceApplication.application()
                        .run(LocalDynamoDb.serviceArguments(
                                proxy.endpoint(),
                                "--onlyonce.tables.prefix=" + prefix,
                                "--onlyonce.streams[" + table + "].key=item-key",
                                "--onlyonce.forward.audit.table=" + table,
                                "--onlyonce.forward.audit.log=info"))) {
            var backfills = service.getBean(Backfills.class);
            backfills.start(table);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> backfills.status(table).orElseThrow().state() == BackfillState.COMPLETED);

            var used = ReadmePolicy.used(proxy.accesses(), resource -> resource.replace(table, "orders")
                    .replace(prefix, "onlyonce")
                    .replaceFirst("stream/.*", "stream/*")
                    .replaceFirst("onlyonce-(ledger|checkpoints|quarantine)", "onlyonce-*"));
            var allowed = new TreeSet<>(ReadmePolicy.documented(0));
            var forBackfills = ReadmePolicy.documented(3);
            allowed.addAll(forBackfills);
            assertThat(allowed).as("allowed by the README").containsAll(used);
            assertThat(used).as("needed").containsAll(forBackfills);
        }
    }
}
