package io.onlyonce.fake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;

/** What the engines' tests do not read. */
class FakeStreamsTests {

    private final FakeStreams aws = new FakeStreams(Clock.systemUTC());
    private final String arn = aws.createTableWithStream("orders");

    @Test
    void backlogIsReadPageByPageEachItemOnce() {
        aws.addBacklog(arn, 10);
        String shard = aws.addBacklog(arn, 25);
        var numbers = new ArrayList<String>();
        var sizes = new ArrayList<Integer>();
        String iterator = aws.streams()
                .getShardIterator(
                        get -> get.streamArn(arn).shardId(shard).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .shardIterator();
        for (int i = 0; i < 4; i++) {
            String current = iterator;
            var page =
                    aws.streams().getRecords(get -> get.shardIterator(current).limit(10));
            sizes.add(page.records().size());
            page.records().forEach(each -> numbers.add(each.dynamodb().sequenceNumber()));
            iterator = page.nextShardIterator();
        }
        assertThat(sizes).containsExactly(10, 10, 5, 0);
        assertThat(numbers).doesNotHaveDuplicates().isSorted();
        assertThat(numbers.get(0)).endsWith("100011");
    }
}
