package io.onlyonce.bench;

import java.util.List;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** Reads the one shard of a table from its beginning, in the way that the documentation shows. */
final class Pages {

    private final DynamoDbStreamsClient streams;
    private String iterator;

    Pages(DynamoDbStreamsClient streams, SourceTable source) {
        this.streams = streams;
        String shard = streams.describeStream(describe -> describe.streamArn(source.streamArn()))
                .streamDescription()
                .shards()
                .get(0)
                .shardId();
        this.iterator = streams.getShardIterator(get -> get.streamArn(source.streamArn())
                        .shardId(shard)
                        .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .shardIterator();
    }

    List<Record> next() {
        GetRecordsResponse page = streams.getRecords(get -> get.shardIterator(iterator));
        iterator = page.nextShardIterator();
        return page.records();
    }
}
