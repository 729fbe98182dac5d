package io.onlyonce.autoconfigure;

import io.onlyonce.backfill.BackfillCounts;
import io.onlyonce.backfill.BackfillSettings;
import io.onlyonce.backfill.Backfills;
import io.onlyonce.publication.ConsumerListeners;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashMap;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.TaskScheduler;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Backfills, whichever engine reads the streams. */
@Configuration(proxyBeanMethods = false)
final class BackfillConfiguration {

    /** As long as a lease of either engine. A process that scans shows four times in it that it is alive. */
    private static final Duration TAKE_OVER_AFTER = Duration.ofSeconds(10);

    BackfillConfiguration() {}

    @Bean
    BackfillCounts onlyonceBackfillCounts() {
        return new BackfillCounts();
    }

    @Bean
    Backfills onlyonceBackfills(BackfillCounts counts, OnlyonceProperties properties) {
        var refusals = new HashMap<String, String>();
        properties.streams().forEach((table, stream) -> {
            if (!stream.key().equals("item-key")) {
                refusals.put(table, refusal(table, stream.key()));
            }
        });
        return new Backfills(counts, refusals);
    }

    @Bean
    Backfills.Services onlyonceBackfillServices(
            OnlyonceProperties properties,
            ConsumerName consumer,
            DynamoDbClient dynamoDb,
            @Qualifier(DeliveryConfiguration.LISTENERS) ConsumerListeners listeners,
            @Qualifier(TaskSchedulerConfiguration.TASK_SCHEDULER) TaskScheduler scheduler) {
        var backfill = properties.backfill();
        return new Backfills.Services(
                dynamoDb,
                properties.tables().checkpoints(),
                consumer.value(),
                processName(),
                new BackfillSettings(backfill.rate(), backfill.segments(), TAKE_OVER_AFTER),
                scheduler,
                listeners);
    }

    private static String refusal(String table, String key) {
        String property = OnlyoncePropertiesRules.nameOf("onlyonce.streams", table) + ".key";
        return ("Table '%s' cannot be backfilled, because %s is '%s': an item that stands in the table would not be recognised as one"
                        + " that the stream has brought. Set %s=item-key. Items that were handled under another key before are not"
                        + " recognised either, and a backfill delivers them again.")
                .formatted(table, property, key, property);
    }

    /** For people who look for the process; unique, because a container that restarts has the name and number of the last. */
    static String processName() {
        return ManagementFactory.getRuntimeMXBean().getName() + "~" + Long.toHexString(System.nanoTime());
    }
}
