package io.onlyonce.publication;

import static io.onlyonce.publication.RecordPathFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.stream.Position;
import io.onlyonce.stream.StreamRecord;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Delivery of a shard, with what it has told. */
class OpenShard implements ShardDelivery.Callback {

    final List<Position.After> positions = new CopyOnWriteArrayList<>();
    final AtomicInteger losses = new AtomicInteger();
    final ShardDelivery delivery;

    OpenShard(RecordPath path, String shardId) {
        this.delivery = path.open(TestRecords.shard(shardId), this);
    }

    @Override
    public void progressed(Position.After position) {
        positions.add(position);
    }

    @Override
    public void claimLost() {
        losses.incrementAndGet();
    }

    OpenShard offer(StreamRecord... records) {
        return offer(List.of(records));
    }

    OpenShard offer(List<StreamRecord> records) {
        delivery.offer(records);
        return this;
    }

    /** Waits until everything that was offered, up to this record, has reached its end and was told. */
    OpenShard awaitPosition(StreamRecord last) {
        return awaitPosition(last, 0);
    }

    /** Waits until everything up to this record has reached its end and was told, and so many later ones have not. */
    OpenShard awaitPosition(StreamRecord last, int unfinished) {
        eventually().untilAsserted(() -> assertThat(reached()).isEqualTo(last.sequenceNumber()));
        assertThat(delivery.unfinished()).isEqualTo(unfinished);
        return this;
    }

    private Object reached() {
        return positions.isEmpty() ? null : positions.get(positions.size() - 1).sequenceNumber();
    }

    /** Closes and waits until that is done. */
    void close() throws Exception {
        delivery.close().get(60, TimeUnit.SECONDS);
    }
}
