package io.onlyonce.kcl;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.engine.ConsumerStatus.ShardState;
import io.onlyonce.engine.ConsumerStatus.ShardStatus;
import io.onlyonce.fake.FakeStreams;
import io.onlyonce.fake.SlowRecordPath;
import io.onlyonce.publication.ConsumerListener;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Three consumers of one stream with 64 shards, which share them by leases in DynamoDB Local. The stream is a fake. */
class KclShardSharingIT {

    private static final int SHARDS = 64;

    private final FakeStreams aws = new FakeStreams(Clock.systemUTC());
    private final String table = "t" + UUID.randomUUID().toString().substring(0, 8);
    private final String arn = aws.createTableWithStream(table);
    private final KclFixture fixture = new KclFixture();
    private final List<Member> members = new ArrayList<>();
    private final List<String> written = new ArrayList<>();

    @AfterEach
    void stop() {
        members.parallelStream().forEach(member -> member.engine().stop(Duration.ofSeconds(20)));
    }

    @Test
    void shardsAreSharedWithNoneIdleAndGoToTheOthersWhenOneLeaves() {
        Stream.generate(() -> aws.addShard(arn, null)).limit(SHARDS).forEach(shard -> {});
        long begin = System.nanoTime();
        Stream.generate(this::member).limit(3).forEach(members::add);

        await().untilAsserted(() -> {
            write();
            assertThat(members).allSatisfy(member -> assertThat(member.reads()).hasSizeBetween(16, 26));
            assertThat(shardsThatAreRead()).hasSize(SHARDS);
        });
        print("three share " + SHARDS + " shards", begin);
        members.forEach(member -> member.finishedBefore().addAll(member.finished()));
        write();
        await().untilAsserted(() -> {
            assertThat(finished()).containsAll(written);
            assertThat(members).allSatisfy(member -> assertThat(member.finished())
                    .hasSizeGreaterThan(member.finishedBefore().size()));
        });

        begin = System.nanoTime();
        var leaving = members.remove(0);
        assertThat(leaving.engine().stop(Duration.ofSeconds(20))).isTrue();
        await().untilAsserted(() -> {
            write();
            assertThat(shardsThatAreRead()).hasSize(SHARDS);
            assertThat(members).allSatisfy(member -> assertThat(member.reads()).hasSizeBetween(26, 38));
        });
        print("the other two have its shards", begin);
        await().untilAsserted(() -> {
            var finished = finished();
            finished.addAll(leaving.finished());
            assertThat(finished).containsExactlyInAnyOrderElementsOf(written);
        });
    }

    private Member member() {
        var path = new SlowRecordPath(Duration.ofMillis(1));
        var engine = KclFixture.engine(
                fixture.clients(aws), fixture.settings(), new ConsumerListener() {}, KclFixture.source(table, path));
        engine.start();
        return new Member(engine, path, new HashSet<>());
    }

    /** One record into each shard. */
    private void write() {
        aws.openShards(arn).forEach(shard -> written.add(aws.put(arn, shard)));
    }

    private Set<String> finished() {
        return members.stream().flatMap(member -> member.finished().stream()).collect(Collectors.toSet());
    }

    private Set<String> shardsThatAreRead() {
        return members.stream().flatMap(member -> member.reads().stream()).collect(Collectors.toSet());
    }

    private void print(String what, long begin) {
        System.out.printf(
                "%s after %.1f s: %s%n",
                what,
                (System.nanoTime() - begin) / 1e9,
                members.stream().map(member -> member.reads().size()).toList());
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofSeconds(1));
    }

    private record Member(KclEngine engine, SlowRecordPath path, Set<String> finishedBefore) {

        Set<String> reads() {
            return engine.status().tables().get(0).shards().stream()
                    .filter(shard -> shard.state() == ShardState.READING)
                    .map(ShardStatus::id)
                    .collect(Collectors.toSet());
        }

        Set<String> finished() {
            return path.finished().stream()
                    .map(record -> record.sequenceNumber().digits())
                    .collect(Collectors.toSet());
        }
    }
}
