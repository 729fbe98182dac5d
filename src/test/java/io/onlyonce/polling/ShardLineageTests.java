package io.onlyonce.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.polling.ShardLineage.Turn;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.SequenceNumber;
import io.onlyonce.stream.ShardId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.Shard;

class ShardLineageTests {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.700Z");
    private static final Position END = new Position.ShardEnd();
    private static final Position START = new Position.TrimHorizon();

    private final ListedShard root = shard("root", null, true);
    private final ListedShard child = shard("child", "root", true);
    private final ListedShard grandchild = shard("grandchild", "child", false);

    @Test
    void childWaitsForItsParent() {
        assertThat(turns(List.of(root, child, grandchild), Map.of(), Set.of()))
                .containsExactly(Turn.READABLE, Turn.WAITING, Turn.WAITING);
        assertThat(turns(List.of(root, child, grandchild), Map.of(root.id(), END), Set.of()))
                .containsExactly(Turn.FINISHED, Turn.READABLE, Turn.WAITING);
    }

    @Test
    void childOfAParentThatIsOpenByTheListingWaitsToo() {
        var open = shard("root", null, false);
        assertThat(turns(List.of(open, child), Map.of(), Set.of())).containsExactly(Turn.READABLE, Turn.WAITING);
    }

    @Test
    void missingParentBlocksOnlyUntilItIsKnownToBeGone() {
        assertThat(turns(List.of(child), Map.of(), Set.of())).containsExactly(Turn.WAITING);
        assertThat(turns(List.of(child), Map.of(), Set.of(child.id()))).containsExactly(Turn.READABLE);
    }

    @Test
    void finishedParentReleasesItsChildThoughItIsNotListed() {
        assertThat(turns(List.of(child), Map.of(root.id(), END), Set.of())).containsExactly(Turn.READABLE);
    }

    @Test
    void shardIsReadFromItsPositionOrItsBeginning() {
        var after = new Position.After(new SequenceNumber("7"), NOW);
        var plan = ShardLineage.plan(List.of(root, child), Map.of(root.id(), after), Set.of());
        assertThat(plan).extracting(ShardLineage.Planned::from).containsExactly(after, START);
    }

    @Test
    void parentIsSetBackBeforeItsChildGoesOn() {
        var after = new Position.After(new SequenceNumber("7"), NOW);
        assertThat(turns(List.of(root, child), Map.of(root.id(), START, child.id(), after), Set.of()))
                .containsExactly(Turn.READABLE, Turn.WAITING);
    }

    @Test
    void shardThatIsItsOwnParentIsARoot() {
        var odd = ListedShard.of(
                Shard.builder().shardId("odd").parentShardId("odd").build());
        assertThat(odd.parent()).isNull();
        assertThat(odd.closed()).isFalse();
    }

    @Test
    void creationTimeIsTakenFromTheIdentifierWhereItHasOne() {
        assertThat(shard("shardId-00000001772366400000-0a1b2c3d", null, false)
                        .id()
                        .createdAt())
                .isEqualTo("2026-03-01T12:00:00Z");
        assertThat(root.id().createdAt()).isNull();
    }

    @Test
    void firstStartAtLatestBeginsWithOpenShardsAndTheSecondInWhichItIsMade() {
        assertThat(ShardLineage.startAtLatest(List.of(root, child, grandchild), Map.of(), NOW))
                .containsExactly(
                        Map.entry(grandchild.id(), new Position.Latest(Instant.parse("2026-03-01T12:00:00Z"))),
                        Map.entry(root.id(), END),
                        Map.entry(child.id(), END));
    }

    @Test
    void interruptedFirstStartAtLatestKeepsItsMoment() {
        var since = new Position.Latest(NOW.minusSeconds(60));
        var other = shard("other", null, true);
        assertThat(ShardLineage.startAtLatest(List.of(root, child, other), Map.of(root.id(), since), NOW))
                .containsExactly(Map.entry(other.id(), since));
    }

    @Test
    void lateStartAtLatestAddsNothingWhereItsMomentIsNotKnown() {
        assertThat(ShardLineage.startAtLatest(List.of(root, shard("other", null, false)), Map.of(root.id(), END), NOW))
                .isEmpty();
    }

    private static List<Turn> turns(List<ListedShard> shards, Map<ShardId, Position> positions, Set<ShardId> orphans) {
        return ShardLineage.plan(shards, positions, orphans).stream()
                .map(ShardLineage.Planned::turn)
                .toList();
    }

    private static ListedShard shard(String id, String parent, boolean closed) {
        return new ListedShard(new ShardId(id), parent == null ? null : new ShardId(parent), closed);
    }
}
