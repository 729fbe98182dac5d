package io.onlyonce.backfill;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;

/** A table with items by number, which are dealt out to segments in turn. */
final class ScannedTable implements DynamoDbClient {

    final List<ScanRequest> scans = new ArrayList<>();
    private final int items;
    private final Queue<Supplier<RuntimeException>> failures = new ArrayDeque<>();
    private boolean emptyPage;
    private @Nullable Supplier<RuntimeException> descriptionFailure;

    ScannedTable(int items) {
        this.items = items;
    }

    synchronized void failNext(Supplier<RuntimeException> failure) {
        failures.add(failure);
    }

    synchronized void failNextDescription(Supplier<RuntimeException> failure) {
        descriptionFailure = failure;
    }

    /** The next page has no items, though there are more. */
    synchronized void emptyPage() {
        emptyPage = true;
    }

    static RuntimeException error(int status, String code) {
        return DynamoDbException.builder()
                .message(code)
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(code)
                        .build())
                .build();
    }

    @Override
    public synchronized ScanResponse scan(ScanRequest request) {
        scans.add(request);
        var failure = failures.poll();
        if (failure != null) {
            throw failure.get();
        }
        int from = request.hasExclusiveStartKey() ? number(request.exclusiveStartKey()) + 1 : 0;
        if (emptyPage) {
            emptyPage = false;
            return ScanResponse.builder().lastEvaluatedKey(key(from - 1)).build();
        }
        var page = new ArrayList<Map<String, AttributeValue>>();
        for (int number = from; number < items; number++) {
            if (number % request.totalSegments() == request.segment()) {
                page.add(Map.of("id", id(number), "status", AttributeValue.fromS("PAID")));
                if (page.size() == request.limit()) {
                    return ScanResponse.builder()
                            .items(page)
                            .lastEvaluatedKey(key(number))
                            .build();
                }
            }
        }
        return ScanResponse.builder().items(page).build();
    }

    @Override
    public synchronized DescribeTableResponse describeTable(DescribeTableRequest request) {
        var failure = descriptionFailure;
        if (failure != null) {
            descriptionFailure = null;
            throw failure.get();
        }
        return DescribeTableResponse.builder()
                .table(table -> table.tableArn("arn:aws:dynamodb:eu-central-1:123456789012:table/orders")
                        .keySchema(KeySchemaElement.builder()
                                .attributeName("id")
                                .keyType(KeyType.HASH)
                                .build()))
                .build();
    }

    static Map<String, AttributeValue> key(int number) {
        return Map.of("id", id(number));
    }

    private static AttributeValue id(int number) {
        return AttributeValue.fromN(Integer.toString(number));
    }

    static int number(@Nullable Map<String, AttributeValue> key) {
        return Integer.parseInt(key.get("id").n());
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}
}
