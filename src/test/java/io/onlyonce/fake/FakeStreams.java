package io.onlyonce.fake;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.LimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.StreamStatus;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * DynamoDB Streams in memory, as far as a reader sees it: tables with streams, trees of shards, records, and iterators that expire. It can do what emulators do not: split and roll shards, trim, forget shards, list
 * inconsistently, answer with empty pages, and fail. Its state may be changed while it is read.
 */
public final class FakeStreams {

    /** What can be called. */
    public enum Operation {
        DESCRIBE_TABLE,
        DESCRIBE_STREAM,
        GET_SHARD_ITERATOR,
        GET_RECORDS
    }

    /** What a stream makes of a shard filter. */
    public enum ShardFilterSupport {
        /** Answers with the children. */
        WORKS,
        /** Answers with everything, as some emulators do. */
        IGNORED,
        /** Answers with an error. */
        REFUSED,
        /** Never knows any children. */
        EMPTY
    }

    /** A call that was made. */
    public record Call(Operation operation, Instant at, @Nullable String subject) {}

    private static final AttributeValue BACKLOG_NOTE = AttributeValue.fromS("leave it at the door".repeat(8));

    private final Clock clock;
    private final Random random;
    private final Map<String, Table> tables = new LinkedHashMap<>();
    private final Map<String, Stream> streams = new LinkedHashMap<>();
    private final Map<String, Iterator> iterators = new LinkedHashMap<>();
    private final Map<Operation, Deque<Supplier<RuntimeException>>> failures = new EnumMap<>(Operation.class);
    private final List<Call> calls = new ArrayList<>();
    private Duration iteratorLife = Duration.ofMinutes(15);
    private ShardFilterSupport shardFilter = ShardFilterSupport.WORKS;
    private int listingPageSize = 100;
    private double failureRate;
    private double emptyRate;
    private double shortPageRate;
    private boolean clockInAnswers = true;
    private boolean newestFirst;
    private long lastSequenceNumber = 100_000;
    private int lastShard;

    public FakeStreams(Clock clock) {
        this(clock, new Random(1));
    }

    public FakeStreams(Clock clock, Random random) {
        this.clock = clock;
        this.random = random;
        for (var operation : Operation.values()) {
            failures.put(operation, new ArrayDeque<>());
        }
    }

    // -- what a test arranges ------------------------------------------------------------------------------------

    /** A table without a stream. */
    public synchronized void createTable(String table) {
        tables.put(table, new Table());
    }

    /** A table with a stream; its ARN. */
    public synchronized String createTableWithStream(String table) {
        createTable(table);
        return enableStream(table, StreamViewType.NEW_AND_OLD_IMAGES);
    }

    public synchronized String enableStream(String table, StreamViewType viewType) {
        var label = DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(
                clock.instant().plusMillis(streams.size()).atOffset(ZoneOffset.UTC));
        var arn = "arn:aws:dynamodb:eu-central-1:000000000000:table/" + table + "/stream/" + label;
        tables.get(table).enable(arn, viewType);
        streams.put(arn, new Stream(arn, viewType));
        return arn;
    }

    /** Closes all shards; they stay readable. */
    public synchronized void disableStream(String table) {
        var arn = tables.get(table).latestStreamArn;
        tables.get(table).enabled = false;
        streams.get(arn).enabled = false;
        streams.get(arn).shards.values().forEach(shard -> shard.closed = true);
    }

    /** The stream is no longer readable. */
    public synchronized void forgetStream(String arn) {
        streams.remove(arn);
    }

    /** An open shard; its identifier. */
    public synchronized String addShard(String arn, @Nullable String parent) {
        return addShard(arn, parent, Duration.ZERO);
    }

    /** An open shard that was created so long ago; its identifier. */
    public synchronized String addShard(String arn, @Nullable String parent, Duration age) {
        var id = "shardId-%020d-%08x".formatted(clock.millis() - age.toMillis() + lastShard, lastShard++);
        streams.get(arn).shards.put(id, new FakeShard(id, parent));
        return id;
    }

    public synchronized void closeShard(String arn, String shard) {
        shard(arn, shard).closed = true;
    }

    /** Closes a shard and gives it children. */
    public synchronized List<String> split(String arn, String shard, int children) {
        closeShard(arn, shard);
        var ids = new ArrayList<String>();
        for (int i = 0; i < children; i++) {
            ids.add(addShard(arn, shard));
        }
        return ids;
    }

    /** Closes a shard and gives it one child. */
    public synchronized String roll(String arn, String shard) {
        return split(arn, shard, 1).get(0);
    }

    /** Writes an INSERT of a new item; its sequence number. */
    public synchronized String put(String arn, String shard) {
        return put(arn, shard, 1).get(0);
    }

    /** Writes INSERTs of new items; their sequence numbers. */
    public synchronized List<String> put(String arn, String shard, int count) {
        var numbers = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            lastSequenceNumber += 1 + random.nextInt(5);
            var number = "%021d".formatted(lastSequenceNumber);
            shard(arn, shard).records.add(record(number, clock.instant(), Map.of()));
            numbers.add(number);
        }
        return numbers;
    }

    /** A shard that has INSERTs of so many new items of about 250 bytes and gets no others; its identifier. They are made when they are read. */
    public synchronized String addBacklog(String arn, int count) {
        var id = addShard(arn, null);
        var at = clock.instant();
        long first = lastSequenceNumber + 1;
        lastSequenceNumber += count;
        shard(arn, id).records = new GeneratedRecords(
                first,
                count,
                number -> record(
                        "%021d".formatted(number),
                        at,
                        Map.of("customer", AttributeValue.fromS("customer-" + number % 1000), "note", BACKLOG_NOTE)));
        return id;
    }

    /** Trims the oldest records of a shard. */
    public synchronized void trim(String arn, String shard, int count) {
        for (int i = 0; i < count; i++) {
            var trimmed = shard(arn, shard).records.remove(0);
            shard(arn, shard).trimmedUpTo = trimmed.dynamodb().sequenceNumber();
        }
    }

    /** The shard is gone, with its records. */
    public synchronized void forgetShard(String arn, String shard) {
        streams.get(arn).shards.remove(shard);
    }

    /** Leaves a shard out of listings, or lists it again. */
    public synchronized void hide(String arn, String shard, boolean hidden) {
        shard(arn, shard).hidden = hidden;
    }

    /** Lists a closed shard as open. */
    public synchronized void listAsOpen(String arn, String shard) {
        shard(arn, shard).listedAsOpen = true;
    }

    /** The next reads of a shard have no records, whatever it holds. */
    public synchronized void emptyReads(String arn, String shard, int count) {
        shard(arn, shard).emptyReads = count;
    }

    public synchronized void iteratorLife(Duration life) {
        iteratorLife = life;
    }

    public synchronized void shardFilter(ShardFilterSupport support) {
        shardFilter = support;
    }

    public synchronized void listingPageSize(int size) {
        listingPageSize = size;
    }

    /** Lists children before their parents. */
    public synchronized void listNewestFirst() {
        newestFirst = true;
    }

    /** Answers carry no Date header. */
    public synchronized void withoutClockInAnswers() {
        clockInAnswers = false;
    }

    /** Shares of calls that fail, of reads without records, and of short pages. */
    public synchronized void misbehave(double failing, double empty, double shortPages) {
        failureRate = failing;
        emptyRate = empty;
        shortPageRate = shortPages;
    }

    /** The next call of an operation fails. */
    public synchronized void failNext(Operation operation, Supplier<RuntimeException> failure) {
        failNext(operation, 1, failure);
    }

    public synchronized void failNext(Operation operation, int times, Supplier<RuntimeException> failure) {
        for (int i = 0; i < times; i++) {
            failures.get(operation).add(failure);
        }
    }

    public synchronized void heal() {
        misbehave(0, 0, 0);
        failures.values().forEach(Collection::clear);
    }

    public synchronized List<Call> calls(Operation operation) {
        return calls.stream().filter(call -> call.operation() == operation).toList();
    }

    /** Identifiers of the open shards of a stream. */
    public synchronized List<String> openShards(String arn) {
        return streams.get(arn).shards.values().stream()
                .filter(shard -> !shard.closed)
                .map(shard -> shard.id)
                .toList();
    }

    // -- failures ------------------------------------------------------------------------------------------------

    public static RuntimeException throttled() {
        return LimitExceededException.builder()
                .message("Slow down")
                .statusCode(400)
                .awsErrorDetails(details("LimitExceededException"))
                .build();
    }

    /** The code without the modelled type. */
    public static RuntimeException throttledPlainly() {
        return plain("ThrottlingException", 400);
    }

    public static RuntimeException internalError() {
        return InternalServerErrorException.builder()
                .message("Oops")
                .statusCode(500)
                .awsErrorDetails(details("InternalServerError"))
                .build();
    }

    public static RuntimeException noAnswer() {
        return SdkClientException.create("Connection reset");
    }

    public static RuntimeException accessDenied() {
        return plain("AccessDeniedException", 400);
    }

    /** As emulators say that they do not know an iterator. */
    public static RuntimeException invalidIterator() {
        return plain("ValidationException", 400);
    }

    private static RuntimeException expired() {
        return ExpiredIteratorException.builder()
                .message("Expired")
                .statusCode(400)
                .awsErrorDetails(details("ExpiredIteratorException"))
                .build();
    }

    public static RuntimeException trimmed() {
        return TrimmedDataAccessException.builder()
                .message("Trimmed")
                .statusCode(400)
                .awsErrorDetails(details("TrimmedDataAccessException"))
                .build();
    }

    public static RuntimeException notFound() {
        return ResourceNotFoundException.builder()
                .message("Not found")
                .statusCode(400)
                .awsErrorDetails(details("ResourceNotFoundException"))
                .build();
    }

    private static RuntimeException plain(String code, int status) {
        return DynamoDbException.builder()
                .message(code)
                .statusCode(status)
                .awsErrorDetails(details(code))
                .build();
    }

    private static AwsErrorDetails details(String code) {
        return AwsErrorDetails.builder().errorCode(code).errorMessage(code).build();
    }

    // -- what a reader sees --------------------------------------------------------------------------------------

    public DynamoDbClient tables() {
        return new DynamoDbClient() {
            @Override
            public DescribeTableResponse describeTable(DescribeTableRequest request) {
                return FakeStreams.this.describeTable(request);
            }

            @Override
            public String serviceName() {
                return SERVICE_NAME;
            }

            @Override
            public void close() {}
        };
    }

    public DynamoDbStreamsClient streams() {
        return new DynamoDbStreamsClient() {
            @Override
            public DescribeStreamResponse describeStream(DescribeStreamRequest request) {
                return FakeStreams.this.describeStream(request);
            }

            @Override
            public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
                return FakeStreams.this.getShardIterator(request);
            }

            @Override
            public GetRecordsResponse getRecords(GetRecordsRequest request) {
                return FakeStreams.this.getRecords(request);
            }

            @Override
            public String serviceName() {
                return SERVICE_NAME;
            }

            @Override
            public void close() {}
        };
    }

    private synchronized DescribeTableResponse describeTable(DescribeTableRequest request) {
        called(Operation.DESCRIBE_TABLE, request.tableName());
        var table = tables.get(request.tableName());
        if (table == null) {
            throw notFound();
        }
        return DescribeTableResponse.builder()
                .table(description -> description
                        .tableName(request.tableName())
                        .latestStreamArn(table.latestStreamArn)
                        .streamSpecification(
                                table.enabled
                                        ? specification -> specification
                                                .streamEnabled(true)
                                                .streamViewType(table.viewType)
                                        : specification -> specification.streamEnabled(false)))
                .build();
    }

    private synchronized DescribeStreamResponse describeStream(DescribeStreamRequest request) {
        called(Operation.DESCRIBE_STREAM, request.streamArn());
        var stream = stream(request.streamArn());
        var listed = new ArrayList<>(stream.shards.values());
        listed.removeIf(shard -> shard.hidden);
        if (newestFirst) {
            Collections.reverse(listed);
        }
        int from = 0;
        int size = listingPageSize;
        if (request.shardFilter() != null) {
            switch (shardFilter) {
                case REFUSED -> throw plain("ValidationException", 400);
                case EMPTY -> listed.clear();
                case WORKS ->
                    listed.removeIf(shard -> !request.shardFilter().shardId().equals(shard.parent));
                case IGNORED -> {}
            }
        } else if (request.exclusiveStartShardId() != null) {
            var ids = listed.stream().map(shard -> shard.id).toList();
            from = ids.indexOf(request.exclusiveStartShardId()) + 1;
            if (from == 0) {
                throw plain("ValidationException", 400);
            }
        }
        var page = listed.subList(from, Math.min(listed.size(), from + size));
        boolean more = from + size < listed.size();
        var answer = DescribeStreamResponse.builder().streamDescription(description -> description
                .streamArn(stream.arn)
                .streamStatus(stream.enabled ? StreamStatus.ENABLED : StreamStatus.DISABLED)
                .streamViewType(stream.viewType)
                .shards(page.stream().map(FakeShard::listed).toList())
                .lastEvaluatedShardId(more ? page.get(page.size() - 1).id : null));
        var http = SdkHttpResponse.builder().statusCode(200);
        if (clockInAnswers) {
            http.putHeader(
                    "Date",
                    DateTimeFormatter.RFC_1123_DATE_TIME.format(clock.instant().atOffset(ZoneOffset.UTC)));
        }
        answer.sdkHttpResponse(http.build());
        return answer.build();
    }

    private synchronized GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
        called(Operation.GET_SHARD_ITERATOR, request.shardId());
        var stream = stream(request.streamArn());
        var shard = stream.shards.get(request.shardId());
        if (shard == null) {
            throw notFound();
        }
        var after =
                switch (request.shardIteratorType()) {
                    case TRIM_HORIZON -> null;
                    case LATEST -> shard.last();
                    case AFTER_SEQUENCE_NUMBER -> request.sequenceNumber();
                    default -> throw plain("ValidationException", 400);
                };
        if (request.sequenceNumber() != null
                && shard.trimmedUpTo != null
                && request.sequenceNumber().compareTo(shard.trimmedUpTo) <= 0) {
            throw trimmed();
        }
        return GetShardIteratorResponse.builder()
                .shardIterator(iterator(stream.arn, shard.id, after))
                .build();
    }

    private synchronized GetRecordsResponse getRecords(GetRecordsRequest request) {
        var iterator = iterators.get(request.shardIterator());
        called(Operation.GET_RECORDS, iterator == null ? null : iterator.shard);
        if (iterator == null) {
            throw invalidIterator();
        }
        if (clock.instant().isAfter(iterator.createdAt.plus(iteratorLife))) {
            throw expired();
        }
        var stream = stream(iterator.stream);
        var shard = stream.shards.get(iterator.shard);
        if (shard == null) {
            throw notFound();
        }
        var after = iterator.after;
        if (after != null && shard.trimmedUpTo != null && after.compareTo(shard.trimmedUpTo) < 0) {
            throw trimmed();
        }
        var rest = shard.after(after);
        if (shard.emptyReads > 0 || random.nextDouble() < emptyRate) {
            shard.emptyReads = Math.max(0, shard.emptyReads - 1);
            return GetRecordsResponse.builder()
                    .records(List.of())
                    .nextShardIterator(iterator(stream.arn, shard.id, after))
                    .build();
        }
        int limit = random.nextDouble() < shortPageRate ? 1 + random.nextInt(request.limit()) : request.limit();
        var page = List.copyOf(rest.subList(0, Math.min(rest.size(), limit)));
        var last = page.isEmpty() ? after : page.get(page.size() - 1).dynamodb().sequenceNumber();
        boolean end = shard.closed && page.size() == rest.size();
        return GetRecordsResponse.builder()
                .records(page)
                .nextShardIterator(end ? null : iterator(stream.arn, shard.id, last))
                .build();
    }

    private void called(Operation operation, @Nullable String subject) {
        calls.add(new Call(operation, clock.instant(), subject));
        var failure = failures.get(operation).poll();
        if (failure != null) {
            throw failure.get();
        }
        if (random.nextDouble() < failureRate) {
            throw switch (random.nextInt(4)) {
                case 0 -> throttled();
                case 1 -> throttledPlainly();
                case 2 -> internalError();
                default -> noAnswer();
            };
        }
    }

    private String iterator(String stream, String shard, @Nullable String after) {
        var token = new UUID(random.nextLong(), random.nextLong()).toString();
        iterators.put(token, new Iterator(stream, shard, after, clock.instant()));
        if (iterators.size() > 20_000) {
            iterators.remove(iterators.keySet().iterator().next());
        }
        return token;
    }

    private static Record record(String number, Instant createdAt, Map<String, AttributeValue> attributes) {
        var key = Map.of("id", AttributeValue.fromS("item-" + number));
        var image = new LinkedHashMap<>(key);
        image.putAll(attributes);
        long size = image.entrySet().stream()
                .mapToLong(attribute ->
                        attribute.getKey().length() + attribute.getValue().s().length())
                .sum();
        return Record.builder()
                .eventID("event-" + number)
                .eventName(OperationType.INSERT)
                .dynamodb(change -> change.sequenceNumber(number)
                        .sizeBytes(size)
                        .approximateCreationDateTime(createdAt.truncatedTo(ChronoUnit.SECONDS))
                        .keys(key)
                        .newImage(image))
                .build();
    }

    private Stream stream(String arn) {
        var stream = streams.get(arn);
        if (stream == null) {
            throw notFound();
        }
        return stream;
    }

    private FakeShard shard(String arn, String id) {
        var shard = streams.get(arn).shards.get(id);
        if (shard == null) {
            throw new IllegalArgumentException(id + " is none of "
                    + Arrays.toString(streams.get(arn).shards.keySet().toArray()));
        }
        return shard;
    }

    private record Iterator(String stream, String shard, @Nullable String after, Instant createdAt) {}

    private static final class Table {

        private @Nullable String latestStreamArn;
        private @Nullable StreamViewType viewType;
        private boolean enabled;

        private void enable(String arn, StreamViewType type) {
            latestStreamArn = arn;
            viewType = type;
            enabled = true;
        }
    }

    private static final class Stream {

        private final String arn;
        private final StreamViewType viewType;
        private final Map<String, FakeShard> shards = new LinkedHashMap<>();
        private boolean enabled = true;

        private Stream(String arn, StreamViewType viewType) {
            this.arn = arn;
            this.viewType = viewType;
        }
    }

    private static final class FakeShard {

        private final String id;
        private final @Nullable String parent;
        private List<Record> records = new ArrayList<>();
        private boolean closed;
        private boolean hidden;
        private boolean listedAsOpen;
        private int emptyReads;
        private @Nullable String trimmedUpTo;

        private FakeShard(String id, @Nullable String parent) {
            this.id = id;
            this.parent = parent;
        }

        private List<Record> after(@Nullable String number) {
            int from = 0;
            for (int to = records.size(); number != null && from < to; ) {
                int middle = (from + to) / 2;
                if (records.get(middle).dynamodb().sequenceNumber().compareTo(number) <= 0) {
                    from = middle + 1;
                } else {
                    to = middle;
                }
            }
            return records.subList(from, records.size());
        }

        private @Nullable String last() {
            return records.isEmpty()
                    ? trimmedUpTo
                    : records.get(records.size() - 1).dynamodb().sequenceNumber();
        }

        private Shard listed() {
            return Shard.builder()
                    .shardId(id)
                    .parentShardId(parent)
                    .sequenceNumberRange(range -> range.startingSequenceNumber("1")
                            .endingSequenceNumber(closed && !listedAsOpen ? "999999999999999999999" : null))
                    .build();
        }
    }
}
