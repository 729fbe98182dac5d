package io.onlyonce.bench;

import java.net.URI;
import java.util.List;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/** The SDK's synchronous HTTP clients in the service: what the ledger is written and shards are read with. The asynchronous ones serve KCL's leases only. */
final class ClientsBench {

    private static final int RECORDS = 6000;

    private final BenchDatabase database;
    private final Report report;
    private final int rounds;

    ClientsBench(BenchDatabase database, Report report, int rounds) {
        this.database = database;
        this.report = report;
        this.rounds = rounds;
        // As many as the others keep; it would be 5, fewer than the ledger has under way.
        System.setProperty("http.maxConnections", "50");
    }

    void run() {
        var source = SourceTable.create(Place.at(database.near()).dynamoDb(), RECORDS);
        compare("HTTP clients, 4 ms a call", source, database.far());
        compare("HTTP clients, no delay", source, database.near());
    }

    private void compare(String title, SourceTable source, URI endpoint) {
        var shipped = OnlyonceConsumer.over("**Apache 4**, as shipped", ApacheHttpClient::builder);
        var others = List.of(
                OnlyonceConsumer.over("AWS CRT", AwsCrtHttpClient::builder),
                OnlyonceConsumer.over("URL connection", UrlConnectionHttpClient::builder));
        var all = new Rounds(source).enter(shipped, RECORDS);
        others.forEach(other -> all.enter(other, RECORDS));
        all.run(rounds, endpoint);
        var table = report.table(title, "client", "records/s", "of that as shipped", "CPU µs/record");
        all.contestants()
                .forEach(each -> table.row(
                        each.name(),
                        "%,.0f".formatted(all.perSecond(each)),
                        "%.2f".formatted(all.ratio(each, shipped)),
                        "%.0f".formatted(all.cpuMicros(each))));
    }
}
