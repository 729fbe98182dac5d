package io.onlyonce.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Writes orders, and now and then rewrites one, or deletes one and puts it again with the same or another content. */
@Component
class Producer {

    private static final String[] CUSTOMERS = {"Ada", "Grace", "Linus", "Margaret", "Tim"};
    private static final int REMEMBERED = 50;

    private final DynamoDbClient client;
    private final Random random = new Random();
    private final Deque<Map<String, AttributeValue>> recent = new ArrayDeque<>();
    private final AtomicLong written = new AtomicLong();

    Producer(DynamoDbClient client) {
        this.client = client;
    }

    @Scheduled(fixedRate = 200)
    void write() {
        Map<String, AttributeValue> order = recent.isEmpty() ? Map.of() : recent.peek();
        switch (order.isEmpty() ? 0 : random.nextInt(20)) {
            case 1 -> put(withOtherAmount(order));
            case 2 -> {
                delete(order);
                put(order);
            }
            case 3 -> {
                delete(order);
                put(withOtherAmount(order));
            }
            default -> {
                Map<String, AttributeValue> next = newOrder();
                put(next);
                recent.addLast(next);
                if (recent.size() > REMEMBERED) {
                    recent.removeFirst();
                }
            }
        }
    }

    /** Different orders so far. */
    long written() {
        return written.get();
    }

    private Map<String, AttributeValue> newOrder() {
        return Map.of(
                "id", AttributeValue.fromS("A-%05d".formatted(written.incrementAndGet())),
                "customer", AttributeValue.fromS(CUSTOMERS[random.nextInt(CUSTOMERS.length)]),
                "cents", AttributeValue.fromN(Integer.toString(100 + random.nextInt(100_000))));
    }

    private Map<String, AttributeValue> withOtherAmount(Map<String, AttributeValue> order) {
        var changed = new java.util.HashMap<>(order);
        changed.put("cents", AttributeValue.fromN(Integer.toString(100 + random.nextInt(100_000))));
        return changed;
    }

    private void put(Map<String, AttributeValue> order) {
        client.putItem(request -> request.tableName(DemoApplication.TABLE).item(order));
    }

    private void delete(Map<String, AttributeValue> order) {
        client.deleteItem(request -> request.tableName(DemoApplication.TABLE).key(Map.of("id", order.get("id"))));
    }
}
