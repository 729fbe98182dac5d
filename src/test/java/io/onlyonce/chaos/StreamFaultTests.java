package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.onlyonce.chaos.FaultPlan.Rule;
import io.onlyonce.chaos.Tally.Count;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;

class StreamFaultTests {

    private final ProxiedTable table = new ProxiedTable();
    private final FaultProxy proxy = table.proxy();

    @AfterEach
    void close() throws IOException {
        table.close();
    }

    @Test
    void iteratorExpires() {
        table.putPast("a");
        String iterator = table.iterator();
        proxy.plan(FaultPlan.none().with(Rule.once(Fault.EXPIRED_ITERATOR)));

        assertThatExceptionOfType(ExpiredIteratorException.class).isThrownBy(() -> read(iterator));

        assertThat(ids(read(iterator))).containsExactly("a");
    }

    @Test
    void emptyPageKeepsThePlace() {
        table.putPast("a", "b");
        proxy.plan(FaultPlan.none().with(Rule.once(Fault.EMPTY_PAGE)));

        GetRecordsResponse empty = read(table.iterator());
        GetRecordsResponse page = read(empty.nextShardIterator());

        assertThat(empty.records()).isEmpty();
        assertThat(ids(page)).containsExactly("a", "b");
        assertThat(proxy.injected(Fault.EMPTY_PAGE, "GetRecords").calls()).isEqualTo(1);
    }

    @Test
    void repeatedPageKeepsThePlace() {
        table.putPast("a", "b");
        GetRecordsResponse first = read(table.iterator());
        table.putPast("c");
        proxy.plan(FaultPlan.none().with(Rule.once(Fault.REPEATED_PAGE)));

        GetRecordsResponse repeated = read(first.nextShardIterator());
        GetRecordsResponse next = read(repeated.nextShardIterator());

        assertThat(repeated.records()).isEqualTo(first.records());
        assertThat(ids(next)).containsExactly("c");
        assertThat(proxy.injected(Fault.REPEATED_PAGE)).isEqualTo(new Count(1, 2));
    }

    @Test
    void pageIsRepeatedAtTheTipAsWell() {
        table.putPast("a");
        GetRecordsResponse first = read(table.iterator());
        GetRecordsResponse empty = read(first.nextShardIterator());
        proxy.plan(FaultPlan.none().with(Rule.once(Fault.REPEATED_PAGE)));

        assertThat(empty.records()).isEmpty();
        assertThat(ids(read(empty.nextShardIterator()))).containsExactly("a");
    }

    @Test
    void pageIsRepeatedToTheReaderThatHadItOnly() {
        table.putPast("a");
        read(table.iterator());
        proxy.plan(FaultPlan.none().with(Rule.once(Fault.REPEATED_PAGE)));

        GetRecordsResponse ofAnother = read(table.iterator());

        assertThat(ids(ofAnother)).containsExactly("a");
        assertThat(proxy.faults()).isEmpty();
        // The chance was not used up.
        assertThat(ids(read(ofAnother.nextShardIterator()))).containsExactly("a");
        assertThat(proxy.injected(Fault.REPEATED_PAGE).calls()).isEqualTo(1);
    }

    @Test
    void nothingIsLostToAReaderThatGoesOn() {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            expected.add("i" + i);
        }
        table.putPast(expected.toArray(String[]::new));
        proxy.plan(FaultPlan.seeded(7).with(Fault.REPEATED_PAGE, 0.3).with(Fault.EMPTY_PAGE, 0.3));

        List<String> read = new ArrayList<>();
        String iterator = table.iterator();
        while (!read.contains("i199")) {
            var from = iterator;
            var page = table.streams().getRecords(get -> get.shardIterator(from).limit(5));
            read.addAll(ids(page));
            iterator = page.nextShardIterator();
        }

        assertThat(read.stream().distinct()).isEqualTo(expected);
        assertThat(read.size() - 200L)
                .isEqualTo(proxy.injected(Fault.REPEATED_PAGE).parts());
    }

    private GetRecordsResponse read(String iterator) {
        return table.streams().getRecords(get -> get.shardIterator(iterator));
    }

    private static List<String> ids(GetRecordsResponse page) {
        return ProxiedTable.ids(page.records());
    }
}
