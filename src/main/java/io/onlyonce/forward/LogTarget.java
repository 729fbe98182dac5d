package io.onlyonce.forward;

import io.onlyonce.ItemInserted;
import io.onlyonce.publication.ItemKeys;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Writes a line for each item: what it is called and where it comes from, not what is in it. */
public final class LogTarget implements Consumer<ItemInserted<Map<String, AttributeValue>>> {

    private final Logger log;
    private final Level level;

    /** Logs at a level, under {@code io.onlyonce.forward.<name>}. */
    public LogTarget(String name, Level level) {
        this.log = LoggerFactory.getLogger("io.onlyonce.forward." + name);
        this.level = level;
    }

    @Override
    public void accept(ItemInserted<Map<String, AttributeValue>> event) {
        log.atLevel(level)
                .log(
                        "New item in {}: {} (event {}, {} {}{})",
                        event.table(),
                        ItemKeys.text(event.keys()),
                        event.eventId(),
                        event.backfilled() ? "found by a backfill" : "created",
                        event.createdAt(),
                        event.redelivered() ? ", redelivered" : "");
    }
}
