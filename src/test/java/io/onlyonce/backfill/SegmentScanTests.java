package io.onlyonce.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.engine.Clocks;
import io.onlyonce.fake.ManualTaskScheduler;
import io.onlyonce.publication.ConsumerListener;
import io.onlyonce.stream.EventName;
import io.onlyonce.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;

class SegmentScanTests {

    private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");

    private final ManualTaskScheduler scheduler = new ManualTaskScheduler(START);
    private final HeldPath path = new HeldPath(new ConsumerListener() {});
    private final ScannedTable table = new ScannedTable(25);
    private int scanned;

    private SegmentScan scan(SegmentProgress from) {
        // Ten items a page, at once.
        var settings = new BackfillSettings(10, 1, Duration.ofSeconds(10));
        var context = new ScanContext(
                "orders",
                table,
                path,
                settings,
                new ScanPace(1_000_000, scheduler::nanoTime),
                scheduler,
                new ConsumerListener() {
                    @Override
                    public void backfillScanned(String name, int items) {
                        scanned += items;
                    }
                },
                new Clocks(scheduler.getClock(), scheduler::nanoTime));
        var scan = new SegmentScan(context, new ItemReader(context, context.describe(), 0, 1), 0, from);
        scan.pump();
        scheduler.advance(Duration.ofSeconds(1));
        return scan;
    }

    private void advance() {
        scheduler.advance(Duration.ofSeconds(1));
    }

    private static List<Integer> numbers(List<StreamRecord> records) {
        return records.stream()
                .map(record -> ScannedTable.number(record.keys()))
                .toList();
    }

    @Test
    void readsOnlyAsMuchAsCanBeDelivered() {
        scan(SegmentProgress.START);
        assertThat(numbers(path.offered)).hasSize(10);
        path.finish(1);
        advance();
        assertThat(numbers(path.offered)).hasSize(20);
        path.finish(10);
        advance();
        assertThat(numbers(path.offered))
                .containsExactlyElementsOf(IntStream.range(0, 25).boxed().toList());
        assertThat(scanned).isEqualTo(25);
        assertThat(table.scans).hasSize(3).allSatisfy(request -> {
            assertThat(request.tableName()).isEqualTo("orders");
            assertThat(request.consistentRead()).isTrue();
            assertThat(request.limit()).isEqualTo(10);
        });
    }

    @Test
    void hasComeToTheEndOfTheLastPageThatIsFinishedAsAWhole() {
        var scan = scan(SegmentProgress.START);
        path.finish(9);
        advance();
        assertThat(scan.reached()).isEqualTo(SegmentProgress.START);
        path.finish(1);
        assertThat(scan.reached()).isEqualTo(SegmentProgress.START.after(ScannedTable.key(9), 10));
        advance();
        path.finish(14);
        assertThat(scan.reached()).isEqualTo(new SegmentProgress(ScannedTable.key(19), false, 20));
        advance();
        path.finish(100);
        assertThat(scan.reached()).isEqualTo(new SegmentProgress(null, true, 25));
        advance();
        assertThat(table.scans).hasSize(3);
    }

    @Test
    void goesOnWhereAnotherHasComeTo() {
        var scan = scan(new SegmentProgress(ScannedTable.key(9), false, 10));
        path.finish(100);
        advance();
        path.finish(100);
        assertThat(numbers(path.finished))
                .containsExactlyElementsOf(IntStream.range(10, 25).boxed().toList());
        assertThat(scan.reached()).isEqualTo(new SegmentProgress(null, true, 25));
        assertThat(scan(new SegmentProgress(null, true, 25)).reached().done()).isTrue();
        assertThat(table.scans).hasSize(2);
    }

    @Test
    void itemIsARecordThatIsTheSameInEveryScanButForItsTime() {
        scan(SegmentProgress.START).close();
        advance();
        scan(SegmentProgress.START);

        var first = path.offered.get(3);
        var second = path.offered.get(13);
        assertThat(second.eventId()).isEqualTo(first.eventId()).matches("backfill:orders:[0-9a-f]{64}");
        assertThat(first.eventName()).isEqualTo(EventName.INSERT);
        assertThat(first.keys()).isEqualTo(ScannedTable.key(3));
        assertThat(first.newImage()).containsOnlyKeys("id", "status");
        assertThat(first.createdAt()).isEqualTo(START);
        assertThat(second.createdAt()).isEqualTo(START.plusSeconds(2));
        assertThat(first.sequenceNumber().digits()).isEqualTo("4");
        assertThat(path.offered)
                .extracting(StreamRecord::eventId)
                .filteredOn(first.eventId()::equals)
                .hasSize(2);
    }

    @Test
    void pageWithoutItemsIsPassed() {
        table.emptyPage();
        var scan = scan(new SegmentProgress(ScannedTable.key(9), false, 10));
        assertThat(numbers(path.offered)).startsWith(10).hasSize(10);
        path.finish(100);
        advance();
        path.finish(100);
        assertThat(scan.reached()).isEqualTo(new SegmentProgress(null, true, 25));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ProvisionedThroughputExceededException", "ThrottlingException", "InternalServerError"})
    void whatMayPassIsTriedAgainLaterAndLater(String code) {
        for (int i = 0; i < 5; i++) {
            table.failNext(() -> ScannedTable.error(code.startsWith("Internal") ? 500 : 400, code));
        }
        table.failNext(() -> SdkClientException.create("no answer"));
        var scan = scan(SegmentProgress.START);
        assertThat(scan.failure()).isNull();
        assertThat(scan.problem()).contains("orders").contains(code);
        assertThat(table.scans).hasSizeBetween(2, 5);
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(table.scans).hasSize(7);
        assertThat(path.offered).hasSize(10);
        assertThat(scan.problem()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"AccessDeniedException", "ResourceNotFoundException", "ValidationException"})
    void whatDoesNotPassIsAFailure(String code) {
        table.failNext(() -> ScannedTable.error(400, code));
        var scan = scan(SegmentProgress.START);
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(scan.failure()).contains("orders").contains(code);
        assertThat(table.scans).hasSize(1);
    }

    @Test
    void nothingIsReadAfterTheEnd() {
        var scan = scan(SegmentProgress.START);
        path.finish(10);
        scan.close();
        advance();
        assertThat(table.scans).hasSize(1);
        assertThat(path.offered).hasSize(10);
        assertThat(scan.reached().scanned()).isEqualTo(10);
    }
}
