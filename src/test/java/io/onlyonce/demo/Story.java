package io.onlyonce.demo;

import io.onlyonce.DuplicateDropped;
import io.onlyonce.DuplicateKind;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Tells in the log what happens: the first duplicate of each kind in ten seconds, and a summary. */
@Component
class Story {

    private static final Logger log = LoggerFactory.getLogger(Story.class);

    private final OrderListener orders;
    private final Producer producer;
    private final Map<DuplicateKind, Long> dropped = new EnumMap<>(DuplicateKind.class);
    private final Map<DuplicateKind, Long> droppedBefore = new EnumMap<>(DuplicateKind.class);

    Story(OrderListener orders, Producer producer) {
        this.orders = orders;
        this.producer = producer;
    }

    @EventListener
    synchronized void on(DuplicateDropped duplicate) {
        long count = dropped.merge(duplicate.kind(), 1L, Long::sum);
        if (count == droppedBefore.getOrDefault(duplicate.kind(), 0L) + 1) {
            log.info("Dropped a {} of {}", name(duplicate.kind()), duplicate.deduplicationKey());
        }
    }

    @Scheduled(fixedRate = 10_000, initialDelay = 10_000)
    synchronized void summary() {
        Map<String, Long> counts = new TreeMap<>();
        dropped.forEach((kind, count) -> counts.put(name(kind), count));
        log.info(
                "Summary: {} orders written, {} handled, duplicates dropped: {}",
                producer.written(),
                orders.handled(),
                counts);
        droppedBefore.putAll(dropped);
    }

    private static String name(DuplicateKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
