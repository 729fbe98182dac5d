package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;

import io.onlyonce.chaos.FaultPlan.Rule;
import io.onlyonce.chaos.Tally.Count;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementErrorCodeEnum;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementResponse;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

class PartialBatchTests {

    private static final List<String> IDS =
            IntStream.range(0, 25).mapToObj("id%02d"::formatted).toList();

    private final ProxiedTable table = new ProxiedTable();
    private final FaultProxy proxy = table.proxy();

    @AfterEach
    void close() throws IOException {
        table.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void someStatementsAreThrottledAndTheOthersExecuted(long seed) {
        table.putPast("id07");
        proxy.plan(FaultPlan.seeded(seed).with(Rule.once(Fault.STATEMENTS_THROTTLED)));

        List<BatchStatementResponse> responses = insert(IDS);

        List<String> executed = new ArrayList<>();
        List<String> throttled = new ArrayList<>();
        for (int i = 0; i < IDS.size(); i++) {
            var error = responses.get(i).error();
            if (error == null) {
                executed.add(IDS.get(i));
            } else if (error.code() == BatchStatementErrorCodeEnum.THROTTLING_ERROR) {
                throttled.add(IDS.get(i));
            } else {
                assertThat(error.code()).isEqualTo(BatchStatementErrorCodeEnum.DUPLICATE_ITEM);
                assertThat(IDS.get(i)).isEqualTo("id07");
            }
        }
        assertThat(table.ids()).containsAll(executed).doesNotContainAnyElementsOf(without(throttled, "id07"));
        assertThat(executed).isNotEmpty();
        assertThat(throttled).isNotEmpty();
        assertThat(proxy.injected(Fault.STATEMENTS_THROTTLED)).isEqualTo(new Count(1, throttled.size()));
        assertThat(proxy.forwarded().values()).containsExactly(new Count(1, 25 - throttled.size()));
    }

    @Test
    void aSingleStatementIsThrottledAsWell() {
        proxy.plan(FaultPlan.none().with(Rule.once(Fault.STATEMENTS_THROTTLED)));

        var responses = insert(List.of("a"));

        assertThat(responses)
                .singleElement()
                .extracting(response -> response.error().code())
                .isEqualTo(BatchStatementErrorCodeEnum.THROTTLING_ERROR);
        assertThat(table.ids()).isEmpty();
    }

    @Test
    void someItemsComeBackUnprocessedAndTheOthersAreWritten() {
        proxy.plan(FaultPlan.none().with(Rule.once(Fault.UNPROCESSED_ITEMS)));

        var unprocessed = write(IDS);

        List<String> heldBack = unprocessed.get(table.name()).stream()
                .map(request -> request.putRequest().item().get("id").s())
                .toList();
        assertThat(heldBack).isNotEmpty().hasSizeLessThan(25);
        assertThat(table.ids())
                .isEqualTo(IDS.stream().filter(id -> !heldBack.contains(id)).toList());
        assertThat(proxy.injected(Fault.UNPROCESSED_ITEMS)).isEqualTo(new Count(1, heldBack.size()));
        assertThat(write(heldBack)).isEmpty();
        assertThat(table.ids()).isEqualTo(IDS);
    }

    @Test
    void aSingleItemIsWritten() {
        proxy.plan(FaultPlan.none().with(Fault.UNPROCESSED_ITEMS, 1));

        assertThat(write(List.of("a"))).isEmpty();

        assertThat(proxy.faults()).isEmpty();
        assertThat(table.ids()).containsExactly("a");
    }

    @Test
    void someKeysComeBackUnprocessedAndTheOthersAreRead() {
        table.putPast(IDS.toArray(String[]::new));
        proxy.plan(FaultPlan.none().with(Rule.once(Fault.UNPROCESSED_KEYS)));
        var keys = KeysAndAttributes.builder()
                .keys(IDS.stream().map(ProxiedTable::item).toList())
                .consistentRead(true)
                .build();

        var response = table.client().batchGetItem(get -> get.requestItems(Map.of(table.name(), keys)));

        var unprocessed = response.unprocessedKeys().get(table.name());
        var read = response.responses().get(table.name());
        assertThat(unprocessed.consistentRead()).isTrue();
        assertThat(unprocessed.keys()).isNotEmpty().hasSizeLessThan(25).doesNotContainAnyElementsOf(read);
        assertThat(read).hasSize(25 - unprocessed.keys().size());
        assertThat(proxy.injected(Fault.UNPROCESSED_KEYS))
                .isEqualTo(new Count(1, unprocessed.keys().size()));
    }

    private List<BatchStatementResponse> insert(List<String> ids) {
        return table.client()
                .batchExecuteStatement(batch -> batch.statements(ids.stream()
                        .map(id -> BatchStatementRequest.builder()
                                .statement("INSERT INTO \"" + table.name() + "\" VALUE {'id': ?}")
                                .parameters(fromS(id))
                                .build())
                        .toList()))
                .responses();
    }

    private Map<String, List<WriteRequest>> write(List<String> ids) {
        var puts = ids.stream()
                .map(id -> WriteRequest.builder()
                        .putRequest(put -> put.item(ProxiedTable.item(id)))
                        .build())
                .toList();
        return table.client()
                .batchWriteItem(write -> write.requestItems(Map.of(table.name(), puts)))
                .unprocessedItems();
    }

    private static List<String> without(List<String> ids, String id) {
        return ids.stream().filter(other -> !other.equals(id)).toList();
    }
}
