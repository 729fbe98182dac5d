package io.onlyonce.demo;

import io.onlyonce.ItemInserted;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** What a user writes: each new order is handled once. */
@Component
class OrderListener {

    private static final Logger log = LoggerFactory.getLogger(OrderListener.class);

    private final AtomicLong handled = new AtomicLong();

    @EventListener
    void on(ItemInserted<Order> event) {
        // One line in ten, so that the log stays readable.
        if (handled.incrementAndGet() % 10 == 1) {
            log.info("Handled {}", event.item());
        }
    }

    long handled() {
        return handled.get();
    }
}
