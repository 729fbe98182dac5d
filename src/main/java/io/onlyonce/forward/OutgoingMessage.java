package io.onlyonce.forward;

import io.onlyonce.ItemInserted;

/**
 * One item on its way to a queue, topic or event bus.
 *
 * @param item the item
 * @param document its CloudEvent as a JSON document
 * @param size bytes by which the target counts it
 */
record OutgoingMessage(ItemInserted<?> item, String document, int size) {}
