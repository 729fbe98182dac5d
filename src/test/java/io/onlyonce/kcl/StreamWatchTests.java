package io.onlyonce.kcl;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.GapDetected;
import io.onlyonce.GapDetected.Reason;
import io.onlyonce.engine.Clocks;
import io.onlyonce.fake.FakeStreams;
import io.onlyonce.fake.FakeStreams.Operation;
import io.onlyonce.fake.SlowRecordPath;
import io.onlyonce.publication.ConsumerListener;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.kinesis.leases.MultiStreamLease;

/** Leases on DynamoDB Local, streams as fakes. */
class StreamWatchTests {

    private final KclFixture fixture = new KclFixture();
    private final FakeStreams aws = new FakeStreams(Clock.systemUTC());
    private final Clocks clocks = new Clocks(Clock.systemUTC(), System::nanoTime);
    private final StreamNames names = new StreamNames(Region.EU_CENTRAL_1);
    private final List<GapDetected> gaps = new ArrayList<>();
    private final ConsumedTable table = new ConsumedTable(
            KclFixture.source("orders", new SlowRecordPath(Duration.ZERO)),
            new ConsumerListener() {
                @Override
                public void gapDetected(GapDetected gap) {
                    gaps.add(gap);
                }
            },
            false,
            new LeaseWatch(Duration.ofSeconds(30), clocks),
            clocks);
    private final String former = aws.createTableWithStream("orders");
    private LeaseSeeder leases;
    private StreamWatch watch;

    @BeforeEach
    void beginWithAStream() throws Exception {
        var clients = fixture.clients(aws);
        var leaseTables = new LeaseTables(clients.dynamoDb(), fixture.settings());
        var worker = new WorkerContext("worker", clocks);
        leaseTables.create(worker);
        var tables = new ConsumedTables(List.of(table));
        var schedulers = new SchedulerFactory(clients, fixture.settings(), leaseTables, tables, names, clocks);
        leases = schedulers.prepare(worker).seeder();
        watch = new StreamWatch(tables, new StreamLookup(clients.dynamoDb(), clients.streams()), schedulers);
        aws.addShard(former, null);
        leases.seed(table, schedulers.stream(former));
        table.streamArn(former);
    }

    @Test
    void anotherStreamIsReportedAndTakenUp() throws Exception {
        var next = replaceStream();
        aws.addShard(next, null);

        watch.look(leases);
        watch.look(leases);

        assertThat(table.streamArn()).isEqualTo(next);
        assertThat(leasesOf(next)).isEqualTo(1);
        assertReplacedOnce();
    }

    @Test
    void streamThatListsNoShardYetIsReportedAndLookedAtAgain() throws Exception {
        var next = replaceStream();

        watch.look(leases);

        assertReplacedOnce();
        assertThat(table.streamArn()).isEqualTo(former);
        aws.addShard(next, null);
        watch.look(leases);
        assertThat(table.streamArn()).isEqualTo(next);
        assertThat(leasesOf(next)).isEqualTo(1);
        assertReplacedOnce();
    }

    @Test
    void streamWhoseShardsCannotBeListedIsReportedAndLookedAtAgain() throws Exception {
        var next = replaceStream();
        aws.addShard(next, null);
        aws.failNext(Operation.DESCRIBE_STREAM, 100, FakeStreams::accessDenied);

        watch.look(leases);

        assertReplacedOnce();
        assertThat(leasesOf(next)).isZero();
        assertThat(table.streamArn()).isEqualTo(former);
        aws.heal();
        watch.look(leases);
        assertThat(table.streamArn()).isEqualTo(next);
        assertThat(leasesOf(next)).isEqualTo(1);
        assertReplacedOnce();
    }

    @Test
    void problemEndsWithTheNextGoodLook() {
        aws.failNext(Operation.DESCRIBE_TABLE, FakeStreams::accessDenied);

        watch.look(leases);
        assertThat(table.problem()).isNotNull();
        watch.look(leases);

        assertThat(table.problem()).isNull();
    }

    private String replaceStream() {
        aws.disableStream("orders");
        return aws.enableStream("orders", StreamViewType.NEW_AND_OLD_IMAGES);
    }

    private long leasesOf(String arn) throws Exception {
        return leases.leases().stream()
                .map(lease -> ((MultiStreamLease) lease).streamIdentifier())
                .filter(names.identifier(arn).serialize()::equals)
                .count();
    }

    private void assertReplacedOnce() {
        assertThat(gaps).singleElement().satisfies(gap -> {
            assertThat(gap.reason()).isEqualTo(Reason.STREAM_REPLACED);
            assertThat(gap.streamArn()).isEqualTo(former);
        });
    }
}
