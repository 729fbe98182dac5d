package io.onlyonce.demo;

import io.onlyonce.engine.ConsumerStatus.Role;
import io.onlyonce.engine.Engine;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Sets the checkpoints back to where they were half a minute ago, so that records are delivered again, as after a crash. */
@Component
class Rewinder {

    private static final Logger log = LoggerFactory.getLogger(Rewinder.class);
    private static final String CHECKPOINTS = "onlyonce-checkpoints";

    private final DynamoDbClient client;
    private final Engine engine;
    private List<Map<String, AttributeValue>> remembered = List.of();

    Rewinder(DynamoDbClient client, Engine engine) {
        this.client = client;
        this.engine = engine;
    }

    @Scheduled(fixedRate = 25_000, initialDelay = 5_000)
    void rewind() {
        // The lock lies beside the checkpoints, and is not to be put back.
        List<Map<String, AttributeValue>> now = client.scan(
                        request -> request.tableName(CHECKPOINTS).filterExpression("attribute_exists(shardId)"))
                .items();
        if (!remembered.isEmpty() && engine.status().role() == Role.ACTIVE) {
            engine.pause(DemoApplication.TABLE);
            remembered.forEach(checkpoint ->
                    client.putItem(request -> request.tableName(CHECKPOINTS).item(checkpoint)));
            log.info("Rewound the checkpoint by half a minute: the same records come again");
            engine.resume(DemoApplication.TABLE);
        }
        remembered = now;
    }
}
