package io.onlyonce.polling;

import io.onlyonce.engine.Clocks;
import io.onlyonce.engine.TableSource;
import io.onlyonce.publication.ConsumerListener;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.TaskScheduler;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** What everything that reads one table works with. */
record TableContext(
        TableSource source,
        DynamoDbStreamsClient streams,
        PollingSettings settings,
        PageMemory memory,
        TaskScheduler scheduler,
        ConsumerListener listener,
        Clocks clocks,
        RandomGenerator random) {

    private static final Logger log = LoggerFactory.getLogger(TableContext.class);

    String table() {
        return source.table();
    }

    SerialTasks newTasks() {
        return new SerialTasks(scheduler);
    }

    PollDelay newDelay() {
        return new PollDelay(settings.minDelay(), settings.maxDelay(), random);
    }

    /** Tells the listener; what it throws is its own affair. */
    void tell(Consumer<ConsumerListener> news) {
        try {
            news.accept(listener);
        } catch (RuntimeException | Error e) {
            log.warn("A consumer listener failed", e);
        }
    }
}
