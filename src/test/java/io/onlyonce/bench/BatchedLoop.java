package io.onlyonce.bench;

import io.onlyonce.LocalDynamoDb;
import io.onlyonce.ledger.Claim;
import io.onlyonce.ledger.ClaimToken;
import io.onlyonce.ledger.DynamoDbLedger;
import io.onlyonce.ledger.Ledger;
import io.onlyonce.ledger.LedgerTable;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.Record;

/** A loop that makes the same batched calls as Onlyonce, as many at a time, and nothing else: no listeners, order, retries or meters. The limit of what a ledger in DynamoDB can do. */
final class BatchedLoop implements Contestant {

    private final int atATime;

    BatchedLoop(int atATime) {
        this.atATime = atATime;
    }

    @Override
    public String name() {
        return "batched calls and nothing else, " + atATime + " at a time";
    }

    @Override
    public Finish consume(SourceTable source, int records, Place place) {
        ExecutorService threads = Executors.newFixedThreadPool(atATime);
        try (var streams = place.streams();
                var dynamoDb = place.dynamoDb()) {
            Ledger ledger = createLedger(dynamoDb);
            var pages = new Pages(streams, source);
            var batches = new ArrayList<CompletableFuture<Void>>();
            int read = 0;
            while (read < records) {
                List<Record> page = pages.next();
                for (int from = 0; from < page.size(); from += Ledger.MAX_BATCH) {
                    List<Claim> batch = page.subList(from, Math.min(from + Ledger.MAX_BATCH, page.size())).stream()
                            .map(BatchedLoop::claim)
                            .toList();
                    batches.add(CompletableFuture.runAsync(
                            () -> {
                                ledger.claim(batch);
                                ledger.complete(batch);
                            },
                            threads));
                }
                read += page.size();
            }
            CompletableFuture.allOf(batches.toArray(CompletableFuture[]::new)).join();
            return Finish.now(read, place);
        } finally {
            threads.shutdown();
        }
    }

    private static Ledger createLedger(DynamoDbClient client) {
        String table = LocalDynamoDb.uniqueName("batched");
        client.createTable(LedgerTable.createTableRequest(table));
        return new DynamoDbLedger(client, table, "bench", "orders", Duration.ofDays(7), Clock.systemUTC());
    }

    private static Claim claim(Record record) {
        return new Claim(record.eventID(), record.eventID(), "", new ClaimToken("bench", 1));
    }
}
