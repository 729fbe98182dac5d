package io.onlyonce.bench;

import static software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS;

import com.amazonaws.services.dynamodbv2.streamsadapter.polling.DynamoDBStreamsPollingConfig;
import io.onlyonce.LocalDynamoDb;
import io.onlyonce.kcl.PlainKcl;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.kinesis.coordinator.Scheduler;

/** A worker of the Kinesis Client Library with the adapter, as the documents show it. It needs minutes until it reads, so it is started long before it is measured. */
final class KclWorker implements AutoCloseable {

    private final SourceTable source;
    private final Place place;
    private final Scheduler scheduler;
    private final CountDownLatch awake = new CountDownLatch(1);
    private volatile Consumer<Record> handler = item -> awake.countDown();

    private KclWorker(SourceTable source, Place place, Consumer<DynamoDBStreamsPollingConfig> settings) {
        this.source = source;
        this.place = place;
        this.scheduler = PlainKcl.scheduler(
                place.endpoint(),
                place.streams(),
                source.name(),
                LocalDynamoDb.uniqueName("kcl"),
                "bench",
                settings,
                item -> handler.accept(item));
    }

    /** Starts one. */
    static KclWorker start(SourceTable source, Place place, Consumer<DynamoDBStreamsPollingConfig> settings) {
        var worker = new KclWorker(source, place, settings);
        startDaemon("kcl", worker.scheduler);
        return worker;
    }

    /** Waits until it reads. */
    KclWorker awaitAwake() {
        place.dynamoDb().putItem(put -> put.tableName(source.name()).item(Map.of("id", fromS("wake up"))));
        try {
            if (!awake.await(5, TimeUnit.MINUTES)) {
                throw new IllegalStateException("KCL does not read");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    void handle(Consumer<Record> newHandler) {
        handler = newHandler;
    }

    /** Writes new items for it. */
    void write(int items) {
        source.write(place.dynamoDb(), items);
    }

    /** Lets it end, so that it keeps nobody else from working; that may take longer than anyone wants to wait, as its start does. */
    @Override
    public void close() {
        startDaemon("kcl-shutdown", scheduler::shutdown);
    }

    private static void startDaemon(String name, Runnable task) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    CallMeter meter() {
        return place.meter();
    }

    /** Idle time between reads that is not KCL's own. */
    static Consumer<DynamoDBStreamsPollingConfig> idle(Duration time) {
        return polling -> polling.idleTimeBetweenReadsInMillis(time.toMillis());
    }
}
