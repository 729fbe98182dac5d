package io.onlyonce.kcl;

import com.amazonaws.services.dynamodbv2.streamsadapter.AmazonDynamoDBStreamsAdapterClient;
import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsConsumerTaskFactory;
import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsDataFetcher;
import io.onlyonce.engine.Clocks;
import io.onlyonce.engine.IdleDelay;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import software.amazon.kinesis.checkpoint.CheckpointConfig;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.StreamConfig;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.coordinator.CoordinatorConfig;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.lifecycle.LifecycleConfig;
import software.amazon.kinesis.metrics.MetricsConfig;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.FormerStreamsLeasesDeletionStrategy;
import software.amazon.kinesis.processor.MultiStreamTracker;
import software.amazon.kinesis.processor.ProcessorConfig;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;
import software.amazon.kinesis.retrieval.DataFetcherProviderConfig;
import software.amazon.kinesis.retrieval.RetrievalConfig;
import software.amazon.kinesis.retrieval.polling.DataFetcher;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/** Configures KCL. Each setting that is not KCL's default says what it costs and what it saves; the measurements are in the README. */
final class SchedulerFactory {

    /** One page in processing and one read ahead. */
    private static final int PAGES_AHEAD = 2;

    /** The leader scans the lease table and the table of workers as often, and every worker looks for new leases twice as often. KCL: twice the failover time, 20 s. */
    private static final Duration ASSIGNMENT_INTERVAL = Duration.ofSeconds(2);

    /** One write of each worker. KCL: 30 s, and for twice as long the leader gives leases to a dead worker. */
    private static final Duration WORKER_REPORT_INTERVAL = Duration.ofSeconds(4);

    /** One write of the leader, one read of each other worker. KCL: 30 s. */
    private static final Duration LEADER_HEARTBEAT = Duration.ofSeconds(2);

    /** How long nobody assigns leases after the leader died. KCL: 2 min. A leader that stalls for longer has a second one beside it for a while, which only costs writes. */
    private static final Duration LEADER_LEASE = Duration.ofSeconds(6);

    /** One listing of the shards of each stream by the leader, free of charge. KCL: 2 min. Finds the shards that could not be found at the end of their parents. */
    private static final Duration SHARD_SYNC_INTERVAL = Duration.ofSeconds(30);

    /** One read for each shard whose parent is not finished. KCL: 10 s. */
    private static final Duration PARENT_POLL_INTERVAL = Duration.ofSeconds(1);

    /** No call at all: how soon KCL acts on leases that came or went. KCL: 1 s. */
    private static final Duration DISPATCH_INTERVAL = Duration.ofMillis(200);

    private final KclClients clients;
    private final KclSettings settings;
    private final LeaseTables leaseTables;
    private final ConsumedTables tables;
    private final StreamNames names;
    private final Clocks clocks;

    SchedulerFactory(
            KclClients clients,
            KclSettings settings,
            LeaseTables leaseTables,
            ConsumedTables tables,
            StreamNames names,
            Clocks clocks) {
        this.clients = clients;
        this.settings = settings;
        this.leaseTables = leaseTables;
        this.tables = tables;
        this.names = names;
        this.clocks = clocks;
    }

    /**
     * A scheduler and what belongs to it.
     *
     * @param scheduler not started
     * @param seeder creates leases before it is
     */
    record Prepared(Scheduler scheduler, LeaseSeeder seeder) {}

    Prepared prepare(WorkerContext worker) {
        var streams = new AdaptedStreamsClient(clients.streams(), names, tables);
        var adapter = new AmazonDynamoDBStreamsAdapterClient(streams, clients.region());
        var retrieval = new RetrievalConfig(adapter, new Streams(), leaseTables.application())
                .retrievalSpecificConfig(new PollingConfig(adapter)
                        .maxRecords(settings.pageSize())
                        .maxPendingProcessRecordsInput(PAGES_AHEAD)
                        // The fetcher paces itself.
                        .sleepTimeController(lastRead -> 0)
                        .dataFetcherProvider(config -> fetcher(adapter, streams, config)));
        var leases = leases(adapter, worker);
        var management = new SoundLeaseManagement(adapter, leases, retrieval, tables, names);
        leases.leaseManagementFactory(management);
        leases.consumerTaskFactory(new DynamoDBStreamsConsumerTaskFactory());
        var scheduler = new Scheduler(
                new CheckpointConfig(),
                coordinator(),
                leases,
                new LifecycleConfig(),
                // Nothing goes to CloudWatch; the meters are fed by what the engine reports.
                new MetricsConfig(null, leaseTables.application()).metricsFactory(new NullMetricsFactory()),
                new ProcessorConfig(new Processors(worker)).callProcessRecordsEvenForEmptyRecordList(true),
                retrieval);
        return new Prepared(scheduler, new LeaseSeeder(clients.streams(), management, names, clocks));
    }

    private LeaseManagementConfig leases(AmazonDynamoDBStreamsAdapterClient adapter, WorkerContext worker) {
        var leases = new LeaseManagementConfig(
                        leaseTables.leases(),
                        leaseTables.application(),
                        clients.dynamoDbAsync(),
                        adapter,
                        worker.workerId())
                .failoverTimeMillis(settings.failover().toMillis())
                .leaseAssignmentIntervalMillis(ASSIGNMENT_INTERVAL.toMillis())
                .dynamoDbLockBasedLeaderHeartbeatPeriodInMillis(LEADER_HEARTBEAT.toMillis())
                .dynamoDbLockBasedLeaderLeaseDurationInMillis(LEADER_LEASE.toMillis())
                .leasesRecoveryAuditorExecutionFrequencyMillis(SHARD_SYNC_INTERVAL.toMillis())
                // KCL looks for holes in the hash ranges of Kinesis; DynamoDB's shards have none, so it always syncs.
                .leasesRecoveryAuditorInconsistencyConfidenceThreshold(0)
                .consistentReads(true);
        var assignment = leases.workerUtilizationAwareAssignmentConfig();
        assignment.workerMetricsReporterFreqInMillis(WORKER_REPORT_INTERVAL.toMillis());
        // Balances by what the shards bring, not by what the CPUs of the workers happen to do.
        assignment.disableWorkerMetrics(true);
        assignment.workerMetricsTableConfig().tableName(leaseTables.workers());
        return leases;
    }

    private CoordinatorConfig coordinator() {
        var coordinator = new CoordinatorConfig(leaseTables.application())
                .parentShardPollIntervalMillis(PARENT_POLL_INTERVAL.toMillis())
                .shardConsumerDispatchPollIntervalMillis(DISPATCH_INTERVAL.toMillis())
                .skipShardSyncAtWorkerInitializationIfLeasesExist(true);
        coordinator.coordinatorStateTableConfig().tableName(leaseTables.coordinator());
        return coordinator;
    }

    private DataFetcher fetcher(
            AmazonDynamoDBStreamsAdapterClient adapter,
            AdaptedStreamsClient streams,
            DataFetcherProviderConfig config) {
        var stream = config.getStreamIdentifier();
        var table = tables.of(stream);
        return table == null
                ? new DynamoDBStreamsDataFetcher(adapter, config)
                : new WatchedFetcher(
                        adapter,
                        config,
                        table,
                        names.arn(stream),
                        streams,
                        new IdleDelay(settings.minDelay(), settings.maxDelay()));
    }

    /** How KCL is to read the present stream of a table. A first start elsewhere than at the trim horizon is put into the leases: KCL would also begin there after a long outage, and lose what was written meanwhile. */
    StreamConfig stream(String arn) {
        return new StreamConfig(
                names.identifier(arn),
                InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON));
    }

    /** The present streams of the tables. Leases of former streams stay, and are read to their end. */
    private final class Streams implements MultiStreamTracker {

        @Override
        public List<StreamConfig> streamConfigList() {
            return tables.all().stream()
                    .map(ConsumedTable::streamArn)
                    .filter(Objects::nonNull)
                    .map(SchedulerFactory.this::stream)
                    .toList();
        }

        @Override
        public FormerStreamsLeasesDeletionStrategy formerStreamsLeasesDeletionStrategy() {
            return new FormerStreamsLeasesDeletionStrategy.NoLeaseDeletionStrategy();
        }

        @Override
        public InitialPositionInStreamExtended orphanedStreamInitialPositionInStream() {
            return InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON);
        }
    }

    private final class Processors implements ShardRecordProcessorFactory {

        private final WorkerContext worker;

        private Processors(WorkerContext worker) {
            this.worker = worker;
        }

        @Override
        public ShardRecordProcessor shardRecordProcessor() {
            throw new UnsupportedOperationException("A processor belongs to a stream");
        }

        @Override
        public ShardRecordProcessor shardRecordProcessor(StreamIdentifier stream) {
            var table = tables.of(stream);
            return table == null
                    ? new IdleProcessor(stream, worker)
                    : new ShardProcessor(table, stream, names.arn(stream), worker, settings.pageSize(), clocks);
        }
    }
}
