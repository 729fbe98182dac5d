package io.onlyonce.fake;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.boot.json.JsonWriter;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** {@link FakeStreams} over HTTP, for other processes: its tables and streams come from it, everything else from a DynamoDB behind. */
public final class FakeStreamsServer implements AutoCloseable {

    /** Answers some requests in the place of the DynamoDB behind. */
    @FunctionalInterface
    public interface Answers {

        /** Absent if the request is not its to answer. */
        @Nullable Map<String, Object> to(String operation, Map<String, Object> request);
    }

    private static final String TARGET = "X-Amz-Target";

    private final DynamoDbStreamsClient streams;
    private final DynamoDbClient tables;
    private final URI behind;
    private final Answers answers;
    private final HttpClient client = HttpClient.newHttpClient();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    /** Listens on a free port. */
    public FakeStreamsServer(FakeStreams aws, URI behind) throws IOException {
        this(aws, behind, (operation, request) -> null);
    }

    /** The same, and some of what is not the fake's to answer is answered here as well. */
    public FakeStreamsServer(FakeStreams aws, URI behind, Answers answers) throws IOException {
        this.answers = answers;
        this.streams = aws.streams();
        this.tables = aws.tables();
        this.behind = behind;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public URI endpoint() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String target = String.valueOf(exchange.getRequestHeaders().getFirst(TARGET));
            try {
                var answer = answer(target, body);
                if (answer == null) {
                    forward(exchange, target, body);
                } else {
                    send(exchange, 200, JsonWriter.standard().writeToString(answer));
                }
            } catch (DynamoDbException e) {
                var error = Map.of(
                        "__type",
                        "com.amazonaws.dynamodb.v20120810#" + e.getClass().getSimpleName(),
                        "message",
                        String.valueOf(e.getMessage()));
                send(
                        exchange,
                        e.statusCode() < 400 ? 400 : e.statusCode(),
                        JsonWriter.standard().writeToString(error));
            }
        }
    }

    /** Absent if the request is not the fake's to answer. */
    private @Nullable Map<String, Object> answer(String target, byte[] body) {
        String operation = target.substring(target.indexOf('.') + 1);
        var request = JsonParserFactory.getJsonParser().parseMap(new String(body, StandardCharsets.UTF_8));
        return switch (operation) {
            case "DescribeTable" -> describeTable((String) request.get("TableName"));
            case "DescribeStream" -> describeStream(request);
            case "GetShardIterator" -> getShardIterator(request);
            case "GetRecords" -> getRecords(request);
            default -> answers.to(operation, request);
        };
    }

    private @Nullable Map<String, Object> describeTable(String name) {
        try {
            var table =
                    tables.describeTable(describe -> describe.tableName(name)).table();
            return Map.of(
                    "Table",
                    members(
                            "TableName",
                            name,
                            "TableStatus",
                            "ACTIVE",
                            "LatestStreamArn",
                            table.latestStreamArn(),
                            "StreamSpecification",
                            members(
                                    "StreamEnabled", table.streamSpecification().streamEnabled(),
                                    "StreamViewType",
                                            table.streamSpecification().streamViewTypeAsString())));
        } catch (ResourceNotFoundException e) {
            return null;
        }
    }

    private Map<String, Object> describeStream(Map<String, Object> request) {
        var filter = (Map<?, ?>) request.get("ShardFilter");
        var stream = streams.describeStream(describe -> {
                    describe.streamArn((String) request.get("StreamArn"))
                            .exclusiveStartShardId((String) request.get("ExclusiveStartShardId"));
                    if (filter != null) {
                        describe.shardFilter(shards ->
                                shards.type((String) filter.get("Type")).shardId((String) filter.get("ShardId")));
                    }
                })
                .streamDescription();
        return Map.of(
                "StreamDescription",
                members(
                        "StreamArn", stream.streamArn(),
                        "StreamStatus", stream.streamStatusAsString(),
                        "StreamViewType", stream.streamViewTypeAsString(),
                        "LastEvaluatedShardId", stream.lastEvaluatedShardId(),
                        "Shards",
                                stream.shards().stream()
                                        .map(FakeStreamsServer::json)
                                        .toList()));
    }

    private static Map<String, Object> json(Shard shard) {
        return members(
                "ShardId", shard.shardId(),
                "ParentShardId", shard.parentShardId(),
                "SequenceNumberRange",
                        members(
                                "StartingSequenceNumber",
                                shard.sequenceNumberRange().startingSequenceNumber(),
                                "EndingSequenceNumber",
                                shard.sequenceNumberRange().endingSequenceNumber()));
    }

    private Map<String, Object> getShardIterator(Map<String, Object> request) {
        return members(
                "ShardIterator",
                streams.getShardIterator(get -> get.streamArn((String) request.get("StreamArn"))
                                .shardId((String) request.get("ShardId"))
                                .shardIteratorType((String) request.get("ShardIteratorType"))
                                .sequenceNumber((String) request.get("SequenceNumber")))
                        .shardIterator());
    }

    private Map<String, Object> getRecords(Map<String, Object> request) {
        var limit = (Number) request.get("Limit");
        var page = streams.getRecords(get -> get.shardIterator((String) request.get("ShardIterator"))
                .limit(limit == null ? 1000 : limit.intValue()));
        return members(
                "Records", page.records().stream().map(FakeStreamsServer::json).toList(),
                "NextShardIterator", page.nextShardIterator());
    }

    private static Map<String, Object> json(Record record) {
        return members(
                "eventID",
                record.eventID(),
                "eventName",
                record.eventNameAsString(),
                "dynamodb",
                members(
                        "SequenceNumber",
                        record.dynamodb().sequenceNumber(),
                        "SizeBytes",
                        record.dynamodb().sizeBytes(),
                        "ApproximateCreationDateTime",
                        record.dynamodb().approximateCreationDateTime().getEpochSecond(),
                        "Keys",
                        image(record.dynamodb().keys()),
                        "NewImage",
                        image(record.dynamodb().newImage())));
    }

    /** The fake's items hold texts only. */
    private static Map<String, Object> image(Map<String, AttributeValue> item) {
        return item.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        attribute -> Map.of("S", attribute.getValue().s())));
    }

    private static Map<String, Object> members(@Nullable Object... namesAndValues) {
        var members = new LinkedHashMap<String, Object>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            var value = namesAndValues[i + 1];
            if (value != null) {
                members.put(String.valueOf(namesAndValues[i]), value);
            }
        }
        return members;
    }

    private void forward(HttpExchange exchange, String target, byte[] body) throws IOException {
        var request = HttpRequest.newBuilder(behind)
                .header(TARGET, target)
                .header("Content-Type", "application/x-amz-json-1.0")
                .POST(BodyPublishers.ofByteArray(body));
        for (String name : List.of("Authorization", "X-Amz-Date")) {
            var value = exchange.getRequestHeaders().getFirst(name);
            if (value != null) {
                request.header(name, value);
            }
        }
        try {
            var answer = client.send(request.build(), BodyHandlers.ofString());
            send(exchange, answer.statusCode(), answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
