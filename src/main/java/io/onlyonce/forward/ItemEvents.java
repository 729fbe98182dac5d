package io.onlyonce.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.onlyonce.ItemInserted;
import io.onlyonce.publication.ItemKeys;
import java.net.URI;
import java.time.ZoneOffset;
import java.util.Map;
import software.amazon.awssdk.enhanced.dynamodb.document.EnhancedDocument;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** New items as CloudEvents. */
final class ItemEvents {

    private static final String TYPE = "io.onlyonce.item.inserted";

    private ItemEvents() {}

    static CloudEvent of(ItemInserted<Map<String, AttributeValue>> event) {
        String json = EnhancedDocument.fromAttributeValueMap(event.item()).toJson();
        return CloudEventBuilder.v1()
                .withId(event.eventId())
                .withSource(URI.create(event.streamArn()))
                .withType(TYPE)
                .withSubject(ItemKeys.text(event.keys()))
                .withTime(event.createdAt().atOffset(ZoneOffset.UTC))
                .withData("application/json", json.getBytes(UTF_8))
                .withExtension("deduplicationkey", event.deduplicationKey())
                .withExtension("redelivered", event.redelivered())
                .withExtension("backfilled", event.backfilled())
                .withExtension("sequence", event.sequenceNumber().digits())
                .build();
    }
}
