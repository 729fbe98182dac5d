package io.onlyonce.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromL;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromM;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromN;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromNs;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;

import io.onlyonce.stream.SequenceNumber;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;

class PageMemoryTests {

    private static final int FULL = 10_000;

    private final PageMemory memory = new PageMemory(FULL);
    private final PagesInHand pages = new PagesInHand(memory);

    @Test
    void weighsContentAndEachAttributeHoweverDeepItLies() {
        Map<String, AttributeValue> key = Map.of("id", fromS("1"));
        long plain = weigh(key, 10);
        assertThat(plain).isEqualTo(1000 + 160 + 10);

        assertThat(weigh(key, 1010) - plain).isEqualTo(1000);
        assertThat(weigh(Map.of("id", fromS("1"), "a", fromN("1")), 10) - plain).isEqualTo(160);
        assertThat(weigh(Map.of("m", fromM(Map.of("x", fromN("1"), "y", fromN("2")))), 10) - plain)
                .isEqualTo(2 * 160);
        assertThat(weigh(Map.of("l", fromL(Collections.nCopies(5, fromN("1")))), 10) - plain)
                .isEqualTo(5 * 160);
        assertThat(weigh(Map.of("s", fromNs(List.of("1", "2", "3"))), 10) - plain)
                .isEqualTo(3 * 50);
    }

    private static long weigh(Map<String, AttributeValue> image, long size) {
        return PageMemory.of(List.of(Record.builder()
                .dynamodb(change -> change.newImage(image).sizeBytes(size))
                .build()));
    }

    @Test
    void keepsRoomForWhatIsBeingRead() {
        assertThat(memory.tryReserve(2)).isTrue();
        assertThat(memory.tryReserve(1))
                .as("8,000 of 10,000 bytes are reserved")
                .isFalse();
        memory.release(2);
        assertThat(memory.tryReserve(2)).isTrue();
    }

    @Test
    void aPageIsGivenBackWhenItsLastRecordIsFinished() {
        pages.add(number(5), FULL);
        pages.finished(number(4));
        assertFull();

        pages.finished(number(5));
        assertEmpty();
    }

    @Test
    void aPageWhoseRecordsWereFinishedBeforeItWasAddedIsGivenBack() {
        pages.finished(number(5));
        pages.add(number(5), FULL);
        assertEmpty();
        assertThat(pages.count()).isZero();
    }

    @Test
    void closingGivesAPageBackOnceAndItStaysInHand() {
        pages.add(number(5), FULL);
        pages.close();
        pages.close();
        assertThat(pages.count()).isOne();
        assertEmpty();

        pages.finished(number(5));
        assertThat(pages.count()).isZero();
        assertEmpty();
    }

    private void assertFull() {
        assertThat(memory.tryReserve(1)).isFalse();
    }

    /** Neither less nor more is taken than nothing. */
    private void assertEmpty() {
        memory.take(FULL - PageMemory.unread(1));
        assertThat(memory.tryReserve(1)).isTrue();
        assertFull();
        memory.release(1);
        memory.giveBack(FULL - PageMemory.unread(1));
    }

    private static SequenceNumber number(int number) {
        return new SequenceNumber(Integer.toString(number));
    }
}
