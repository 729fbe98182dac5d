package io.onlyonce.publication;

import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Turns the new image into what a listener asked for. */
@FunctionalInterface
public interface ItemMapper<T> {

    /** Leaves the image as it is. */
    ItemMapper<Map<String, AttributeValue>> RAW = image -> image;

    T map(Map<String, AttributeValue> image);
}
