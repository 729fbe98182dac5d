package io.onlyonce.publication;

import static io.onlyonce.publication.TestRecords.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.publication.Slot.State;
import io.onlyonce.stream.Position;
import io.onlyonce.stream.StreamRecord;
import org.junit.jupiter.api.Test;

class WindowTests {

    private final Window window = new Window(null, true);

    private Slot claimed(StreamRecord record) {
        window.add(record, false);
        Slot slot = null;
        for (Slot last : window.slots()) {
            slot = last;
        }
        slot.state = State.CLAIMED;
        window.settle(slot.lane());
        return slot;
    }

    private void run(Slot slot, State end) {
        assertThat(window.takeReady()).isSameAs(slot);
        slot.state = end;
        window.free(slot.lane());
    }

    @Test
    void recordsOfAnItemShareALane() {
        var first = claimed(insert(1, "x"));
        var other = claimed(insert(2, "y"));
        var second = claimed(insert(3, "x"));

        assertThat(second.lane()).isSameAs(first.lane()).isNotSameAs(other.lane());
        assertThat(window.isHead(first)).isTrue();
        assertThat(window.isHead(second)).isFalse();
    }

    @Test
    void aLaneThatHasEmptiedDoesNotEndTheNextOfItsItem() {
        var first = claimed(insert(1, "x"));
        run(first, State.ENDING);
        var second = claimed(insert(2, "x"));
        first.state = State.FINISHED;
        window.settle(first.lane());

        assertThat(claimed(insert(3, "x")).lane()).isSameAs(second.lane());
    }

    @Test
    void theNextRecordOfALaneIsReadyWhenTheOneBeforeEnds() {
        var first = claimed(insert(1, "x"));
        var second = claimed(insert(2, "x"));

        assertThat(window.takeReady()).isSameAs(first);
        assertThat(window.countReady()).isZero();
        first.state = State.ENDING;
        window.free(first.lane());
        run(second, State.ENDING);
    }

    @Test
    void aRecordWhoseClaimWasLetGoIsNotTaken() {
        var letGo = claimed(insert(1, "x"));
        var other = claimed(insert(2, "y"));
        letGo.state = State.IN_LEDGER;

        run(other, State.ENDING);
        letGo.state = State.CLAIMED;
        window.settle(letGo.lane());
        run(letGo, State.ENDING);
    }

    @Test
    void finishedRecordsAreDrainedFromTheFrontOnly() {
        var first = claimed(insert(1, "x"));
        var second = claimed(insert(2, "y"));
        window.addFinished(TestRecords.modify(3, "x"));
        second.state = State.FINISHED;

        assertThat(window.drain()).isNull();
        first.state = State.FINISHED;
        assertThat(window.drain())
                .isEqualTo(
                        new Position.After(insert(3).sequenceNumber(), insert(3).createdAt()));
        assertThat(window.size()).isZero();
    }
}
