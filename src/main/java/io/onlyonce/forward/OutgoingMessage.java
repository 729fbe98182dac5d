package io.onlyonce.forward;

import java.time.Instant;

/**
 * One item on its way to a queue, topic or event bus.
 *
 * @param document the CloudEvent as a JSON document
 * @param size bytes by which the target counts it
 * @param streamArn stream that brought the item
 * @param createdAt when DynamoDB recorded the item
 * @param deduplicationId the same for what a FIFO target may take for the same
 * @param groupId the same for what a FIFO target keeps in order
 */
record OutgoingMessage(
        String document, int size, String streamArn, Instant createdAt, String deduplicationId, String groupId) {}
