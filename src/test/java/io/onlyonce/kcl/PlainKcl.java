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
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.metrics.NullMetricsFactory;

/** A consumer as the documents of KCL and its adapter show it, with all their defaults, to compare with. Writes a row for each record. */
public final class PlainKcl implements DynamoDBStreamsShardRecordProcessor {

    private final DynamoDbClient dynamoDb;
    private final String effects;

    private PlainKcl(DynamoDbClient dynamoDb, String effects) {
        this.dynamoDb = dynamoDb;
        this.effects = effects;
    }

    /** Arguments: endpoint, table to consume, table for the effects, name of the application, name of the worker. */
    public static void main(String[] args) {
        var endpoint = URI.create(args[0]);
        var region = Region.EU_CENTRAL_1;
        var credentials = StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local"));
        var dynamoDb = DynamoDbClient.builder()
                .endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(credentials)
                .build();
        var leases = DynamoDbAsyncClient.builder()
                .endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(credentials)
                .build();
        var streams = DynamoDbStreamsClient.builder()
                .endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(credentials)
                .build();
        var names = new StreamNames(region);
        var adapter = new AmazonDynamoDBStreamsAdapterClient(
                new AdaptedStreamsClient(streams, names, new ConsumedTables(List.of())), region);
        String arn = names.forAdapter(dynamoDb.describeTable(request -> request.tableName(args[1]))
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
                tracker, args[3], adapter, leases, notCalled, args[4], () -> new PlainKcl(dynamoDb, args[2]));
        var polling = new DynamoDBStreamsPollingConfig(arn, adapter);
        var retrieval = configs.retrievalConfig().retrievalSpecificConfig(polling);
        var scheduler = StreamsSchedulerFactory.createScheduler(
                configs.checkpointConfig(),
                configs.coordinatorConfig(),
                configs.leaseManagementConfig(),
                configs.lifecycleConfig(),
                configs.metricsConfig().metricsFactory(new NullMetricsFactory()),
                configs.processorConfig(),
                retrieval,
                adapter);
        System.out.println("Started KCL in a few seconds");
        scheduler.run();
    }

    @Override
    public void initialize(InitializationInput input) {}

    @Override
    public void processRecords(DynamoDBStreamsProcessRecordsInput input) {
        input.records().forEach(each -> {
            var keys = each.getRecord().dynamodb().keys();
            dynamoDb.putItem(request -> request.tableName(effects)
                    .item(Map.of("id", keys.get("id"), "run", AttributeValue.fromS("plain"))));
        });
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
