package io.onlyonce.kcl;

import com.amazonaws.services.dynamodbv2.streamsadapter.AmazonDynamoDBStreamsAdapterClient;
import com.amazonaws.services.dynamodbv2.streamsadapter.StreamsSchedulerFactory;
import com.amazonaws.services.dynamodbv2.streamsadapter.model.DynamoDBStreamsProcessRecordsInput;
import com.amazonaws.services.dynamodbv2.streamsadapter.polling.DynamoDBStreamsPollingConfig;
import com.amazonaws.services.dynamodbv2.streamsadapter.processor.DynamoDBStreamsShardRecordProcessor;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.metrics.NullMetricsFactory;

/** A consumer as the documents of KCL and its adapter show it, with all their defaults, to compare with. As a program, it writes a row for each record. */
public final class PlainKcl implements DynamoDBStreamsShardRecordProcessor {

    private static final Region REGION = Region.EU_CENTRAL_1;

    private final Consumer<Record> handler;

    private PlainKcl(Consumer<Record> handler) {
        this.handler = handler;
    }

    /** Arguments: endpoint, table to consume, table for the effects, name of the application, name of the worker. */
    public static void main(String[] args) {
        var endpoint = URI.create(args[0]);
        var dynamoDb = configure(DynamoDbClient.builder(), endpoint).build();
        var streams = configure(DynamoDbStreamsClient.builder(), endpoint).build();
        var scheduler = scheduler(endpoint, streams, args[1], args[3], args[4], polling -> {}, item -> {
            var keys = item.dynamodb().keys();
            dynamoDb.putItem(request -> request.tableName(args[2])
                    .item(Map.of("id", keys.get("id"), "run", AttributeValue.fromS("plain"))));
        });
        System.out.println("Started KCL in a few seconds");
        scheduler.run();
    }

    /**
     * A worker that is not started.
     *
     * @param endpoint where the tables are, those with the leases as well
     * @param streams reads the stream
     * @param polling may change how KCL reads
     * @param handler handles a record
     */
    public static Scheduler scheduler(
            URI endpoint,
            DynamoDbStreamsClient streams,
            String table,
            String application,
            String worker,
            Consumer<DynamoDBStreamsPollingConfig> polling,
            Consumer<Record> handler) {
        var dynamoDb = configure(DynamoDbClient.builder(), endpoint).build();
        var leases = configure(DynamoDbAsyncClient.builder(), endpoint).build();
        var names = new StreamNames(REGION);
        var adapter = new AmazonDynamoDBStreamsAdapterClient(
                new AdaptedStreamsClient(streams, names, new ConsumedTables(List.of())), REGION);
        String arn = names.forAdapter(dynamoDb.describeTable(request -> request.tableName(table))
                .table()
                .latestStreamArn());
        var tracker = StreamsSchedulerFactory.createSingleStreamTracker(
                arn, InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON));
        var notCalled = (CloudWatchAsyncClient) Proxy.newProxyInstance(
                PlainKcl.class.getClassLoader(),
                new Class<?>[] {CloudWatchAsyncClient.class},
                (proxy, method, arguments) -> {
                    throw new UnsupportedOperationException(method.getName());
                });
        var configs = new ConfigsBuilder(
                tracker, application, adapter, leases, notCalled, worker, () -> new PlainKcl(handler));
        var pollingConfig = new DynamoDBStreamsPollingConfig(arn, adapter);
        polling.accept(pollingConfig);
        return StreamsSchedulerFactory.createScheduler(
                configs.checkpointConfig(),
                configs.coordinatorConfig(),
                configs.leaseManagementConfig(),
                configs.lifecycleConfig(),
                configs.metricsConfig().metricsFactory(new NullMetricsFactory()),
                configs.processorConfig(),
                configs.retrievalConfig().retrievalSpecificConfig(pollingConfig),
                adapter);
    }

    private static <B extends AwsClientBuilder<B, ?>> B configure(B builder, URI endpoint) {
        return builder.endpointOverride(endpoint)
                .region(REGION)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
    }

    @Override
    public void initialize(InitializationInput input) {}

    @Override
    public void processRecords(DynamoDBStreamsProcessRecordsInput input) {
        input.records().forEach(each -> handler.accept(each.getRecord()));
        try {
            input.checkpointer().checkpoint();
        } catch (InvalidStateException | ShutdownException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void leaseLost(LeaseLostInput input) {}

    @Override
    public void shardEnded(ShardEndedInput input) {}

    @Override
    public void shutdownRequested(ShutdownRequestedInput input) {}
}
